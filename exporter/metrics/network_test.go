package metrics

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

// A target without TLS has no certificate, though a proxy on the way may show one.
func TestCertificateExpiry(t *testing.T) {
	const name = "tls_certificate_expiry_timestamp_seconds"
	expires := probertest.At(0).Add(20 * 24 * time.Hour)
	for _, row := range []struct {
		url string
		has bool
	}{
		{"https://vllm:8000/v1", true},
		{"HTTPS://vllm:8000/v1", true},
		{"http://vllm:8000/v1", false},
	} {
		reg := prometheus.NewPedanticRegistry()
		m, err := NewTargets(reg, Options{})
		if err != nil {
			t.Fatal(err)
		}
		target := probertest.Target("a")
		target.URL = row.url
		m.Observe(prober.Started{Target: target})
		before, has := values(t, reg)[name]
		m.Observe(probertest.WarmWith(func(r *prober.Result) { r.CertificateExpiry = expires }))
		m.Observe(probertest.Warm("a")) // on a reused connection: the last one holds
		after := values(t, reg)[name]
		want := 0.0
		if row.has {
			want = unixSeconds(expires)
		}
		if has != row.has || before != 0 || after != want {
			t.Errorf("%s: has it %v, %v and then %v; want %v, 0 and %v", row.url, has, before, after, row.has, want)
		}
	}
}
