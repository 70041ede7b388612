package metrics

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober/probertest"
)

func TestReloads(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	r, err := NewReloads(reg)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		"config_last_reload_successful": 0, "config_last_reload_success_timestamp_seconds": 0, "config_hash": 0,
	}
	same(t, values(t, reg), want)
	r.Succeeded(0xffff_0000_0000_0001, probertest.Started())
	want["config_last_reload_successful"], want["config_hash"] = 1, 1
	want["config_last_reload_success_timestamp_seconds"] = unixSeconds(probertest.Started())
	same(t, values(t, reg), want)
	r.Failed()
	want["config_last_reload_successful"] = 0 // the configuration in use stays the same
	same(t, values(t, reg), want)
}
