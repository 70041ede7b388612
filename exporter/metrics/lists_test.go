package metrics

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober/probertest"
)

func TestLists(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	l, err := NewLists(reg)
	if err != nil {
		t.Fatal(err)
	}
	const targets, failures, at = "sd_discovered_targets{config=file_sd[0],mechanism=file}",
		"sd_refresh_failures_total{config=file_sd[0],mechanism=file}",
		"sd_last_refresh_success_timestamp_seconds{config=file_sd[0],mechanism=file}"
	l.Watch("file", "file_sd[0]")
	want := map[string]float64{targets: 0, failures: 0, at: 0}
	same(t, values(t, reg), want)
	l.Found("file", "file_sd[0]", 7, probertest.Started())
	want[targets], want[at] = 7, unixSeconds(probertest.Started())
	same(t, values(t, reg), want)
	l.Failed("file", "file_sd[0]")
	want[failures] = 1 // the list stays in use
	same(t, values(t, reg), want)
	l.Watch("file", "file_sd[0]") // again: takes nothing back
	same(t, values(t, reg), want)
	l.Forget("file", "file_sd[0]")
	same(t, values(t, reg), map[string]float64{})
}
