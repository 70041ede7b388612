package dcgm

import (
	"testing"
)

func TestCodeOf(t *testing.T) {
	for text, want := range map[string]string{
		"error connecting to nv-hostengine: Host engine connection invalid/disconnected": "-21",
		"error watching fields: Feature not supported":                                   "-6",
		"dcgmGetValuesSince_v2 failed with error code -21":                               "-21", // the one text with a number
		"anything else": codeUnknown,
	} {
		if got := codeOf(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
