package main

import (
	"context"
	"time"

	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/internal/netstamp"
	"github.com/firsttoken/firsttoken/prober/selfcheck"
)

// startSelfCheck registers the self-check metrics and returns the function that runs the check until its
// context ends. Without a loopback interface there is no check: trust then rests on the lag of results.
func (s *service) startSelfCheck(ctx context.Context) (run func(context.Context), err error) {
	var series *metrics.Trust
	check, unable := selfcheck.New(ctx, selfcheck.Options{
		Logger: s.log,
		Observe: func(x selfcheck.Sample) {
			s.trust.Check(x)
			series.Observe(x.Error)
		},
	})
	every := selfcheck.Every
	if unable != nil {
		s.log.Error("the self-check cannot be made", "err", unable)
		every = 0
	}
	s.trust = selfcheck.NewTrust(time.Now(), every)
	series, err = metrics.NewTrust(s.registry, metrics.TrustOptions{
		Trusted:      func() bool { return s.trust.Trusted(time.Now()) },
		KernelStamps: netstamp.KernelStamps(),
	})
	switch {
	case unable != nil:
		return func(context.Context) {}, err
	case err != nil:
		closeCheck(check)
		return nil, err
	default:
		return check.Run, nil
	}
}

// closeCheck releases the listener and connections of a check that will not run.
func closeCheck(check *selfcheck.Check) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	check.Run(ended)
}
