package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
)

// Trust are the series that say whether this process's own numbers can be believed.
type Trust struct {
	errors prometheus.Observer
}

// TrustOptions say what the series report.
type TrustOptions struct {
	Trusted      func() bool // called at each scrape: a process that no longer checks itself must not look well
	KernelStamps bool        // whether receive instants are the kernel's
}

// NewTrust registers the series.
func NewTrust(reg prometheus.Registerer, o TrustOptions) (*Trust, error) {
	t, s := newTrust(reg, o)
	return t, s.Err()
}

func newTrust(reg prometheus.Registerer, o TrustOptions) (*Trust, *series.Registry) {
	s := series.NewRegistry(reg)
	s.GaugeFunc(series.Family{
		Name: "trustworthy",
		Help: "1 while the numbers of this process can be believed, " +
			"0 while its own lag or its self-check makes them doubtful; see docs/accuracy.md.",
	}, func() float64 { return oneIf(o.Trusted != nil && o.Trusted()) })
	s.Gauge(series.Family{
		Name: "kernel_receive_stamps",
		Help: "1 where receive instants are the kernel's timestamps, 0 where they are taken when Read returns.",
	}).Set(oneIf(o.KernelStamps))
	errors := s.Histogram(series.Family{
		Name: "selfcheck_error_seconds", Unit: "seconds", Buckets: selfcheckBuckets(),
		Help: "Time to first token as this process measures it against a responder of its own on loopback, " +
			"less the responder's true delay; its magnitude.",
	})
	return &Trust{errors}, s
}

// Observe counts the error of a self-check, of either sign.
func (t *Trust) Observe(err time.Duration) { t.errors.Observe(err.Abs().Seconds()) }

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
