package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// network is what lies between this process and the server: it is reported by itself, so that it
// is never mistaken for the server's latency. Bootstrap turns count here, as they open connections.
type network struct {
	connect, upload, lag, receive series.Vec[prometheus.Observer]
	stale, again                  series.Vec[prometheus.Counter]
}

func newNetwork(s *series.Registry) network {
	return network{
		connect: s.HistogramVec(series.Family{Name: "connect_seconds", Unit: "seconds", Buckets: networkBuckets(),
			Labels: []series.Label{{Name: "phase", Values: []string{"dns", "tcp", "tls"}}},
			Help:   "Time spent on each phase of a new connection; nothing is observed on a reused one."}),
		upload: s.HistogramVec(series.Family{Name: "upload_seconds", Unit: "seconds", Buckets: networkBuckets(),
			Help: "Time from the connection in hand until the server had acknowledged the last byte of the request, or, where the platform does not tell, until that was handed to the kernel."}),
		lag: s.HistogramVec(series.Family{Name: "schedule_lag_seconds", Unit: "seconds", Buckets: lagBuckets(),
			Help: "How late a request started after its scheduled instant. It says something about this process, never about the server."}),
		receive: s.HistogramVec(series.Family{Name: "receive_lag_seconds", Unit: "seconds", Buckets: lagBuckets(),
			Help: "How late this process had the first token after the kernel received it. Latencies do not contain it; nothing is observed without the kernel's timestamps."}),
		again: s.CounterVec(series.Family{Name: "tcp_retransmits_total",
			Help: "TCP segments that this side sent again, while uploading or connecting; 0 where the platform does not tell."}),
		stale: s.CounterVec(series.Family{Name: "stale_connections_total",
			Help: "Requests sent a second time because a reused connection was dead before its first response byte."}),
	}
}

type networkOf struct {
	dns, tcp, tls, upload, lag, receive prometheus.Observer
	stale, again                        prometheus.Counter
}

func (n network) create(target string) networkOf {
	connect := n.connect.Create(target)
	return networkOf{connect[0], connect[1], connect[2], n.upload.Single(target), n.lag.Single(target), n.receive.Single(target), n.stale.Single(target), n.again.Single(target)}
}

func (n network) delete(target string) {
	n.connect.Delete(target)
	n.upload.Delete(target)
	n.lag.Delete(target)
	n.receive.Delete(target)
	n.stale.Delete(target)
	n.again.Delete(target)
}

func (n networkOf) observe(r prober.Result) {
	phase(n.dns, r.Phases.DNS)
	phase(n.tcp, r.Phases.TCP)
	phase(n.tls, r.Phases.TLS)
	span(n.upload, nil)(r.Upload())
	span(n.lag, nil)(r.Lag())
	span(n.receive, nil)(r.ReceiveDelay())
	if again, ok := r.Retransmits.Value(); ok {
		n.again.Add(float64(again))
	}
	if r.StaleRetry {
		n.stale.Inc()
	}
}

// phase observes a part of setting up a connection; 0 is a part that there was not.
func phase(o prometheus.Observer, d time.Duration) { span(o, nil)(d, d > 0) }
