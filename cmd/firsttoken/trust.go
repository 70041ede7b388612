package main

import (
	"context"
	"time"

	"github.com/firsttoken/firsttoken/exporter"
	"github.com/firsttoken/firsttoken/internal/netstamp"
	"github.com/firsttoken/firsttoken/prober/selfcheck"
)

// watchItself registers what the process says of its own truth, and returns what checks it until its
// context ends. Without a loopback there is no check, and the lags of results alone have to tell.
func (s *service) watchItself(ctx context.Context) (run func(context.Context), err error) {
	var series *exporter.Trust
	check, failed := selfcheck.New(ctx, selfcheck.Options{
		Logger: s.log,
		Observe: func(x selfcheck.Sample) {
			s.trust.Check(x)
			series.Observe(x.Error)
		},
	})
	every := selfcheck.Every
	if failed != nil {
		s.log.Error("the self-check cannot be made", "err", failed)
		every = 0
	}
	s.trust = selfcheck.NewTrust(time.Now(), every)
	series, err = exporter.NewTrust(s.registry, exporter.TrustOptions{
		Trusted:      func() bool { return s.trust.Trusted(time.Now()) },
		KernelStamps: netstamp.KernelStamps(),
	})
	if failed != nil {
		return func(context.Context) {}, err
	}
	if err != nil {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		check.Run(ended) // releases what it has
		return nil, err
	}
	return check.Run, nil
}
