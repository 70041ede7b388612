package metrics

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// networkRows measure what lies between this process and the server, apart from the server's latency. Results outside
// the steady load count here, as they open connections too.
func networkRows() []row {
	return []row{
		{when: everyResult, update: each(addPhases), family: series.Family{
			Type: series.TypeHistogram, Name: "connect_seconds", Unit: "seconds", Buckets: networkBuckets(),
			Labels: []series.Label{series.LabelOf("phase", "dns", "tcp", "tls")},
			Help:   "Time spent on each phase of a new connection; nothing is observed on a reused one.",
		}},
		{when: everyResult, update: seconds((*prober.Result).Upload), family: series.Family{
			Type: series.TypeHistogram, Name: "upload_seconds", Unit: "seconds", Buckets: networkBuckets(),
			Help: "Time from the connection in hand until the server had acknowledged the last byte of the request, " +
				"or, where the platform does not tell, until that was handed to the kernel.",
		}},
		{when: everyResult, update: seconds((*prober.Result).Lag), family: series.Family{
			Type: series.TypeHistogram, Name: "schedule_lag_seconds", Unit: "seconds", Buckets: lagBuckets(),
			Help: "How late a request started after its scheduled instant. " +
				"It says something about this process, never about the server.",
		}},
		{when: everyResult, update: seconds((*prober.Result).ReceiveDelay), family: series.Family{
			Type: series.TypeHistogram, Name: "receive_lag_seconds", Unit: "seconds", Buckets: lagBuckets(),
			Help: "How late this process had the first token after the kernel received it. " +
				"Latencies do not contain it; nothing is observed without the kernel's timestamps.",
		}},
		{when: everyResult, only: hasTLS, update: setTo(certificateExpiry), family: series.Family{
			Type: series.TypeGauge, Name: "tls_certificate_expiry_timestamp_seconds", Unit: "seconds",
			Help: "When the first certificate of the chain that the server sent expires, in seconds since 1970, also " +
				"where it was refused; 0 before the first connection. Only targets with an https address have it.",
		}},
		{when: everyResult, update: value(retransmits), family: series.Family{
			Type: series.TypeCounter, Name: "tcp_retransmits_total",
			Help: "TCP segments that this side sent again, while uploading or connecting; " +
				"0 where the platform does not tell.",
		}},
		{when: everyResult, update: value(staleConnections), family: series.Family{
			Type: series.TypeCounter, Name: "stale_connections_total",
			Help: "Requests sent a second time because a reused connection was dead before its first response byte.",
		}},
	}
}

// addPhases observes the parts of setting up a connection. A part of 0 did not happen.
func addPhases(s []prometheus.Observer, o *observation) {
	phases := o.result.Phases
	for i, d := range [...]time.Duration{phases.DNS, phases.TCP, phases.TLS} {
		if d > 0 {
			s[i].Observe(d.Seconds())
		}
	}
}

// hasTLS is about the target itself: the certificate of a proxy on the way to a plain address is nobody's concern here.
func hasTLS(t prober.Target, _ []string) bool {
	const scheme = "https://"
	return len(t.URL) > len(scheme) && strings.EqualFold(t.URL[:len(scheme)], scheme)
}

func certificateExpiry(r *prober.Result) (float64, bool) {
	return unixSeconds(r.CertificateExpiry), !r.CertificateExpiry.IsZero()
}

func retransmits(r *prober.Result) (float64, bool) {
	n, ok := r.Retransmits.Value()
	return float64(n), ok
}

func staleConnections(r *prober.Result) (float64, bool) { return 1, r.StaleRetry }
