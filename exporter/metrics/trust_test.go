package metrics

import (
	"math"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

func TestTrust(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	trusted := true
	tr, err := NewTrust(reg, TrustOptions{Trusted: func() bool { return trusted }, KernelStamps: true})
	if err != nil {
		t.Fatal(err)
	}
	tr.Observe(30 * time.Microsecond)
	tr.Observe(-20 * time.Microsecond) // an error all the same
	want := map[string]float64{
		"trustworthy": 1, "kernel_receive_stamps": 1,
		"selfcheck_error_seconds_count": 2, "selfcheck_error_seconds_sum": 50e-6,
	}
	same(t, values(t, reg), want)
	trusted, want["trustworthy"] = false, 0 // asked anew at each scrape
	same(t, values(t, reg), want)
	if _, err := NewTrust(reg, TrustOptions{}); err == nil {
		t.Error("registered twice")
	}
}

func TestReceiveSide(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(probertest.WarmWith(func(r *prober.Result) {
		r.Acked = probertest.At(70)
		r.ReceiveLag, r.HasReceiveLag, r.Retransmits = 40*time.Microsecond, true, chat.Counted(2)
	}))
	m.Observe(probertest.Warm("a")) // without kernel stamps
	got := values(t, reg)
	for name, want := range map[string]float64{
		"receive_lag_seconds_count": 1, "receive_lag_seconds_sum": 40e-6, // one of two
		"tcp_retransmits_total": 2,
		"upload_seconds_count":  2, "upload_seconds_sum": .069 + .019, // acknowledged, handed over
		"server_wait_seconds_sum{cache=warm,context=le_120k}": .650 + .700,
	} {
		if math.Abs(got[name]-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}
