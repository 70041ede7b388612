package metrics

import (
	"slices"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/exporter/series"
)

// A row that lacks something fails by its name. Without this test, a histogram without buckets gets those of the
// client library, and a family that never counts stays at zero.
func TestRowsAreComplete(t *testing.T) {
	for _, r := range rows(nil) {
		if r.update == nil {
			t.Errorf("%s has no update", r.family.Name)
		}
	}
	for _, r := range slices.Concat(rows(nil), revisionRows()) {
		if r.when == 0 {
			t.Errorf("%s does not say when it counts", r.family.Name)
		}
		if r.byPopulation && r.when&outsideLoad != 0 {
			t.Errorf("%s is split by population, and counts results outside the steady load", r.family.Name)
		}
	}
	families, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		checkFamily(t, f)
	}
}

func checkFamily(t *testing.T, f series.Family) {
	t.Helper()
	if !strings.Contains(f.Help, " ") || !strings.HasSuffix(f.Help, ".") {
		t.Errorf("%s has no help text of whole sentences: %q", f.Name, f.Help)
	}
	if (f.Type == series.TypeHistogram) != (len(f.Buckets) > 0) || !slices.IsSorted(f.Buckets) {
		t.Errorf("%s is a %s with the buckets %v", f.Name, f.Type, f.Buckets)
	}
	if strings.HasSuffix(f.Name, "_total") != (f.Type == series.TypeCounter) {
		t.Errorf("%s is a %s", f.Name, f.Type)
	}
	name := strings.TrimSuffix(f.Name, "_total")
	for _, unit := range []string{"seconds", "dollars", "ratio"} {
		if strings.HasSuffix(name, "_"+unit) != (f.Unit == unit) {
			t.Errorf("%s has the unit %q", f.Name, f.Unit)
		}
	}
}
