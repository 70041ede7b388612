package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/common/version"

	"github.com/firsttoken/firsttoken/exporter"
	"github.com/firsttoken/firsttoken/exporter/dcgm"
	"github.com/firsttoken/firsttoken/exporter/otel"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/selfcheck"
)

// service is the prober with everything that listens to it. Spans come first, so that the others can
// name those that were kept:
//
//	                          ┌─ metrics ── registry ─┬─ /metrics
//	prober ── Event ─ spans ──┼─ history ─ /targets,  │  landing page, the demo's screen
//	                    │     └─ results ── file      │
//	                    └───────── OTLP, if asked for ┘
//	host engines ─ gpus ── registry
type service struct {
	log        *slog.Logger
	registry   *prometheus.Registry
	metrics    *exporter.Metrics
	history    *exporter.History
	reloads    *exporter.Reloads
	results    *exporter.Results // nil without a file
	sent       *otel.Telemetry
	trust      *selfcheck.Trust
	closeWaker func() // stops the timers of the loops
	prober     *prober.Prober
	gpus       *dcgm.Collector

	cancel    context.CancelFunc // ends what runs beside the prober
	leaveGPUs context.CancelFunc // ends the agents of host engines, before that
	running   sync.WaitGroup
}

// newService starts nothing but the closing of minutes; targets come with prober.Apply. The given
// ones are those of the first, whose thresholds shape the histograms.
func newService(ctx context.Context, o options, targets []prober.Target, log *slog.Logger, connect connector) (*service, error) {
	s := &service{log: log, history: exporter.NewHistory()}
	if err := s.register(ctx, o, targets); err != nil {
		return nil, err
	}
	checkItself, err := s.watchItself(ctx)
	if err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	seed := o.WorkloadSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	newTimer, closeWaker := newWaker(log)
	s.closeWaker = closeWaker
	s.prober = prober.New(prober.Options{
		Connect: connect, Observer: s.observers(), Logger: log, Seed: seed, Version: programVersion(),
		Trust: s.trust, NewTimer: newTimer,
	})
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx)) // stop ends it, after the last result
	s.running.Go(func() { s.metrics.Run(ctx) })
	s.running.Go(func() { checkItself(ctx) })
	s.watchGPUs(ctx)
	return s, nil
}

func (s *service) register(ctx context.Context, o options, targets []prober.Target) (err error) {
	if s.registry, err = exporter.NewRegistry(); err != nil {
		return err
	}
	if s.metrics, err = exporter.NewMetrics(s.registry, exporter.MetricsOptions{Targets: targets, Traced: o.telemetry.Traces}); err != nil {
		return err
	}
	if s.reloads, err = exporter.NewReloads(s.registry); err != nil {
		return err
	}
	if err = s.openGPUs(o.DCGM); err != nil {
		return err
	}
	if err = s.openResults(o); err != nil {
		return err
	}
	s.sent, err = otel.Start(ctx, otel.Options{
		Settings: o.telemetry, Gatherer: s.registry, Registerer: s.registry, Logger: s.log, Version: programVersion(),
	})
	if err != nil {
		return errors.Join(err, s.closeFiles())
	}
	return nil
}

func (s *service) openResults(o options) (err error) {
	if o.ResultsFile == "" {
		return nil
	}
	const megabyte = 1 << 20
	s.results, err = exporter.OpenResults(exporter.ResultsOptions{
		Path:      o.ResultsFile,
		MaxSizeMB: int((o.ResultsMaxSize + megabyte - 1) / megabyte), MaxBackups: o.ResultsMaxBackups,
		MaxAgeDays: int(time.Duration(o.ResultsMaxAge) / day),
		Logger:     s.log, Registerer: s.registry,
	})
	return err
}

// observers are told of a result after it is known whether its span was kept.
func (s *service) observers() prober.Observer {
	all := exporter.Observers{s.metrics, s.history}
	if s.results != nil {
		all = append(all, s.results)
	}
	return s.sent.Before(all)
}

// connector makes the client of a target.
type connector func(prober.Target) (prober.Sender, error)

// connect is the one for real endpoints.
func connect(t prober.Target) (prober.Sender, error) {
	return chat.NewClient(t.Endpoint, chat.Options{Version: programVersion()})
}

// programVersion is part of the User-Agent and of the prompts: a new one is a cold start for every
// prefix cache, once.
func programVersion() string { return cmp.Or(version.Version, "devel") }

// Shutdown in numbers: what is in flight is cancelled at once, so these are for a disk or a collector
// that hangs or a scrape that does not end. Together they stay below the 5 s that are promised.
const (
	stopProbing = 2500 * time.Millisecond
	closeFiles  = 1000 * time.Millisecond
	closeServer = 1000 * time.Millisecond
)

// stop ends probing, then what was listening: the results file then holds every result.
func (s *service) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopProbing)
	defer cancel()
	s.leaveGPUs()
	err := s.prober.Stop(ctx)
	s.closeWaker()
	s.cancel()
	s.running.Wait()
	return errors.Join(err, s.closeFiles())
}

// closeFiles writes and sends what there still is, side by side.
func (s *service) closeFiles() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), closeFiles)
	defer cancel()
	var closing sync.WaitGroup
	if s.sent != nil {
		closing.Go(func() { s.sent.Close(ctx) })
	}
	if s.results != nil {
		err = s.results.Close(ctx)
	}
	closing.Wait()
	return err
}

// shutdown lets answers that are under way end, for a moment.
func shutdown(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), closeServer)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close() // what has not ended by now is cut
	}
}

// logger writes to stderr as every Prometheus program does.
func (p program) logger(o options) (*slog.Logger, error) {
	level, format := promslog.NewLevel(), promslog.NewFormat()
	if err := errors.Join(level.Set(o.LogLevel), format.Set(o.LogFormat)); err != nil {
		return nil, fmt.Errorf("setting up the log: %w", err)
	}
	return promslog.New(&promslog.Config{Level: level, Format: format, Writer: p.Stderr}), nil
}
