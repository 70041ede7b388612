package invalid_test

import (
	"testing"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// TestUnder checks the paths that a part's problems get below its key.
func TestUnder(t *testing.T) {
	var part, whole invalid.Errors
	part.Add("threshold", "%d is below 0", -1)
	part.Add("", "is missing")
	whole.Under("ttft", part)
	var all invalid.Errors
	all.Under("slos", whole)
	all.Under("", part)
	for i, want := range []string{
		"slos.ttft.threshold: -1 is below 0", "slos.ttft: is missing", // below two keys
		"threshold: -1 is below 0", "is missing", // of the value itself
	} {
		if got := all[i].Error(); got != want {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
}
