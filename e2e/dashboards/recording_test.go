package dashboards

import "testing"

// TestGPUsAreRecorded: a load changes only series that exporter/dcgm exports, and the recording has all of them.
func TestGPUsAreRecorded(t *testing.T) {
	g, err := recordedGPU("target", "node", 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.series) < 50 {
		t.Errorf("%d series of a GPU in %s", len(g.series), recording)
	}
	g.minute(500_000, true)
	g.at("xid_errors_total").Value++
	if len(g.unknown) > 0 {
		t.Errorf("not in %s: %q", recording, g.unknown)
	}
	for _, s := range g.series {
		if s.Labels.Get("hostengine") != "node" || s.Labels.Get("uuid") != "GPU-node-0" {
			t.Errorf("recorded under another node: %s", s.Labels)
		}
	}
}
