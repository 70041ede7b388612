package exporter

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Trust is the series about this process's own truth.
type Trust struct {
	errors prometheus.Observer
}

// TrustOptions say what there is to ask.
type TrustOptions struct {
	Trusted      func() bool // asked at each scrape: a process that no longer checks itself must not look well
	KernelStamps bool        // whether receive instants are the kernel's
}

// NewTrust registers the series.
func NewTrust(reg prometheus.Registerer, o TrustOptions) (*Trust, error) {
	t, s := newTrust(reg, o)
	return t, s.err()
}

func newTrust(reg prometheus.Registerer, o TrustOptions) (*Trust, *shelf) {
	s := &shelf{reg: reg}
	s.asked(Family{Name: "trustworthy",
		Help: "1 while the numbers of this process can be believed, 0 while its own lag or its self-check makes them doubtful; see docs/accuracy.md."},
		func() float64 { return truth(o.Trusted != nil && o.Trusted()) })
	s.process(Family{Name: "kernel_receive_stamps",
		Help: "1 where receive instants are the kernel's timestamps, 0 where they are taken when Read returns."}).Set(truth(o.KernelStamps))
	return &Trust{errors: s.single(Family{Name: "selfcheck_error_seconds", Unit: "seconds", Buckets: selfcheckBuckets(),
		Help: "Time to first token as this process measures it against a responder of its own on loopback, less the responder's true delay; its magnitude."})}, s
}

// Observe counts the error of a self-check, of either sign.
func (t *Trust) Observe(err time.Duration) { t.errors.Observe(err.Abs().Seconds()) }

// asked is a gauge of the process whose value is asked for at each scrape.
func (s *shelf) asked(f Family, value func() float64) {
	f.Name, f.Type = namespace+"_"+f.Name, TypeGauge
	s.put(f, prometheus.NewGaugeFunc(prometheus.GaugeOpts(f.opts()), value))
}

// single is a histogram of the process as a whole.
func (s *shelf) single(f Family) prometheus.Observer {
	f.Name, f.Type = namespace+"_"+f.Name, TypeHistogram
	h := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: f.Name, Help: f.Help, Unit: f.Unit, Buckets: f.Buckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  160,
		NativeHistogramMinResetDuration: time.Hour,
	})
	s.put(f, h)
	return h
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
