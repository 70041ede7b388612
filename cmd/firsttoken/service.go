package main

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/dcgm"
	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/exporter/otel"
	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/internal/ledger"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/selfcheck"
)

// service is the prober with all its observers. The observer of spans comes first, so that the others
// can name the spans that were kept:
//
//	                          ┌─ metrics ── registry ─┬─ /metrics
//	prober ── Event ─ spans ──┼─ history ─ /targets,  │  landing page, the demo's screen
//	                    │     └─ results ── file      │
//	                    └───────── OTLP, if asked for ┘
//	host engines ─ gpus ── registry
type service struct {
	log        *slog.Logger
	registry   *prometheus.Registry
	metrics    *metrics.Targets
	history    *history.History
	reloads    *metrics.Reloads
	lists      *metrics.Lists
	results    *results.File // nil without a file
	telemetry  *otel.Telemetry
	trust      *selfcheck.Trust
	closeWaker func() // stops the timers of the loops
	prober     *prober.Prober
	gpus       *dcgm.Collector
	ledger     *ledger.Ledger // nil where nothing is kept

	cancel   context.CancelFunc // ends what runs beside the prober
	stopGPUs context.CancelFunc // ends the agents of host engines, before that
	running  sync.WaitGroup
}

// serviceOptions say what a service probes, how, and where it logs.
type serviceOptions struct {
	options options
	targets []prober.Target // of the first configuration: their thresholds shape the histograms
	log     *slog.Logger
	connect connector
	ledger  *ledger.Ledger                         // nil keeps nothing: there is no budget
	resume  func(prober.Target, chat.Conversation) // see prober.Options; nil but in the demo
}

// newService sends no request yet: prober.Apply starts the targets.
func newService(ctx context.Context, o serviceOptions) (*service, error) {
	s := &service{log: o.log, ledger: o.ledger, history: history.New()}
	if err := s.register(ctx, o); err != nil {
		return nil, err
	}
	checkSelf, err := s.startSelfCheck(ctx)
	if err != nil {
		return nil, errors.Join(err, s.closeOutputs())
	}
	newTimer, closeWaker := newWaker(o.log)
	s.closeWaker = closeWaker
	s.prober = prober.New(prober.Options{
		Connect: o.connect, Observer: s.observers(), Logger: o.log, Seed: seedOf(o.options), Version: programVersion(),
		Trust: s.trust, NewTimer: newTimer, Estimates: o.options.estimates, Budget: s.budget(), Memory: s.memory(),
		Pauses: s.pauses(), Resume: o.resume,
	})
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx)) // stop cancels it, after the last result
	s.running.Go(func() { s.metrics.Run(ctx) })
	s.running.Go(func() { checkSelf(ctx) })
	s.startGPUs(ctx)
	return s, nil
}

// budget is what targets may spend; nil is no bound.
func (s *service) budget() prober.Budget {
	if s.ledger == nil {
		return nil
	}
	return s.ledger
}

// memory keeps back-offs; nil forgets them.
func (s *service) memory() prober.Memory {
	if s.ledger == nil {
		return nil
	}
	return s.ledger
}

// pauses keeps the pauses by hand; nil keeps them as long as the process.
func (s *service) pauses() prober.Pauses {
	if s.ledger == nil {
		return nil
	}
	return s.ledger
}

// seedOf is the seed of the options, or a random one.
func seedOf(o options) uint64 {
	if o.WorkloadSeed != 0 {
		return o.WorkloadSeed
	}
	return rand.Uint64()
}

// register creates everything that has metrics, in one registry.
func (s *service) register(ctx context.Context, o serviceOptions) (err error) {
	if s.registry, err = metrics.NewRegistry(); err != nil {
		return err
	}
	shape := metrics.Options{Targets: o.targets, Traced: o.options.telemetry.Traces}
	if s.metrics, err = metrics.NewTargets(s.registry, shape); err != nil {
		return err
	}
	if s.reloads, err = metrics.NewReloads(s.registry); err != nil {
		return err
	}
	if s.lists, err = metrics.NewLists(s.registry); err != nil {
		return err
	}
	if s.ledger != nil {
		if err = metrics.NewBudget(s.registry, s.ledger); err != nil {
			return err
		}
	}
	if err = s.openGPUs(o.options.DCGM); err != nil {
		return err
	}
	if err = s.openResults(o.options); err != nil {
		return err
	}
	s.telemetry, err = otel.Start(ctx, otel.Options{
		Settings: o.options.telemetry, Gatherer: s.registry, Registerer: s.registry,
		Logger: s.log, Version: programVersion(),
	})
	if err != nil {
		return errors.Join(err, s.closeOutputs())
	}
	return nil
}

func (s *service) openResults(o options) (err error) {
	if o.ResultsFile == "" {
		return nil
	}
	losses, err := metrics.NewLostResults(s.registry)
	if err != nil {
		return err
	}
	const megabyte = 1 << 20
	s.results, err = results.Open(results.Options{
		Path:      o.ResultsFile,
		MaxSizeMB: int((o.ResultsMaxSize + megabyte - 1) / megabyte), MaxBackups: o.ResultsMaxBackups,
		MaxAgeDays: int(time.Duration(o.ResultsMaxAge) / day),
		Logger:     s.log, Losses: losses,
	})
	return err
}

// reopenResults is for whoever has renamed the results file and asks for a new one by SIGHUP, as logrotate does.
func (s *service) reopenResults() {
	if s.results != nil {
		s.results.Reopen()
	}
}

// observers receive a result after the telemetry has decided whether to keep its span.
func (s *service) observers() prober.Observer {
	all := prober.Observers{s.metrics, s.history}
	if s.results != nil {
		all = append(all, s.results)
	}
	return s.telemetry.Before(all)
}
