package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/exporter/otel"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/screen"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

type demoFlags struct {
	last      time.Duration
	tpm       float64
	warmUp    time.Duration
	incidents string
}

func (c *demoFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Flag("for", "How long to run, such as 10m. Default: until Ctrl-C.").DurationVar(&c.last)
	cmd.Flag("tokens-per-minute", "Load of each engine, in input tokens per minute.").Default("2500000").Float64Var(&c.tpm)
	cmd.Flag("warm-up", "For how long the engines read prompts fifty times as fast, so that the histories of the sessions are soon in their caches. 0: not at all; the first minutes are then a queue.").Default("1m").DurationVar(&c.warmUp)
	cmd.Flag("incidents.file", "YAML file with incidents: what goes wrong, when, for how long.").StringVar(&c.incidents)
}

const (
	demoTitle = "firsttoken demo"
	demoModel = "simulated-kimi-k2.5"
	demoNote  = "The engines are simulated: calibrated to published figures, not measurements."
	// Each session starts in the middle of its life and sends its whole history once.
	demoWarmUp = "Warming up for %s more: prompts are read 50 times as fast, to fill caches."
)

// demoEngines are those of the published comparison.
func demoEngines() []string { return []string{"together", "tensorrt-llm", "sglang"} }

// run starts the engines, a prober on them, and the pages; and shows what comes of it.
func (c *demoFlags) run(ctx context.Context, p program, o options) error {
	if c.last > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.last)
		defer cancel()
	}
	incidents, err := loadIncidents(c.incidents)
	if err != nil {
		return err
	}
	engines, err := startEngines(append(incidents, c.speedUp()...))
	if err != nil {
		return err
	}
	targets, err := c.targets(engines)
	if err != nil {
		return errors.Join(err, engines.stop())
	}
	// The prober goes first: an engine that dies under it would be a failure that it reports.
	return errors.Join(c.probe(ctx, p, o, targets), engines.stop())
}

// speedUp fills the caches soon. A load that is steady from the first minute starts with some twenty
// histories of 45k to 200k tokens for each engine, and reading them takes minutes.
func (c *demoFlags) speedUp() []simulator.Incident {
	if c.warmUp <= 0 {
		return nil
	}
	return []simulator.Incident{{For: model.Duration(c.warmUp), Kind: simulator.SlowPrefill, Factor: 0.02}}
}

// probe is the daemon's work on the given targets, with a view.
func (c *demoFlags) probe(ctx context.Context, p program, o options, targets []prober.Target) error {
	var err error
	if o.telemetry, err = otel.FromEnvironment(p.Environ); err != nil {
		return err
	}
	out := newInFlight()
	view := screen.New(screen.Options{
		Out: p.Stdout, Environ: p.Environ,
		Title: demoTitle, Notes: c.notes, Order: demoEngines(), InFlight: out.of,
	})
	log, ok := view.Logger()
	if !ok {
		if log, err = p.logger(o); err != nil {
			return err
		}
	}
	listeners, err := demoListen(ctx, o.ListenAddresses)
	if err != nil {
		return err
	}
	s, err := newService(ctx, o, targets, log, out.connect)
	if err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	file := &config.File{Targets: targets}
	current := &configuration{service: s}
	if err := current.apply(file); err != nil {
		return errors.Join(err, s.stop(), closeAll(listeners))
	}
	w := &website{service: s, flags: o.web(), config: current.redacted, targets: current.targets}
	return w.serve(ctx, listeners, func(ctx context.Context) {
		at := addresses(listeners)
		p.listening(at...)
		view.Show(ctx, s.history, at)
	})
}

// notes are caveats for the screen after it has been up for a while.
func (c *demoFlags) notes(up time.Duration) []string {
	notes := []string{demoNote}
	if left := c.warmUp - up; left > 0 {
		notes = append(notes, fmt.Sprintf(demoWarmUp, screen.Clock(left)))
	}
	return notes
}

// targets are a load on each engine, as a configuration file would say it.
func (c *demoFlags) targets(engines *engines) ([]prober.Target, error) {
	end := time.Now().Add(24 * time.Hour)
	if c.last > 0 {
		end = time.Now().Add(c.last)
	}
	var all []prober.Target
	for _, e := range engines.all {
		t, err := prober.DefaultTarget(prober.ProfileLoad)
		if err != nil {
			return nil, err
		}
		t.Name, t.Engine, t.Region = e.name, e.name, "simulated"
		t.URL, t.API, t.Model = "http://"+e.address+"/v1", chat.OpenAIChat, demoModel
		t.Load.TokensPerMinute, t.Load.Until = c.tpm, end
		t.EngineMetrics = []string{"http://" + e.address + "/metrics"}
		cached := 0.20
		t.Prices = &prober.Prices{Input: 1.20, Cached: &cached, Output: 4.50}
		if problems := t.Validate(); len(problems) > 0 {
			return nil, fmt.Errorf("the demo's target %s: %w", t.Name, problems[0])
		}
		all = append(all, t)
	}
	return all, nil
}

// demoListen is on loopback unless another address was asked for, and on a free port if the usual
// one is taken.
func demoListen(ctx context.Context, addresses []string) ([]net.Listener, error) {
	if !slices.Equal(addresses, []string{":9977"}) {
		return listen(ctx, addresses)
	}
	if usual, err := listen(ctx, []string{"127.0.0.1:9977"}); err == nil {
		return usual, nil
	}
	return listen(ctx, []string{"127.0.0.1:0"})
}

// engines are simulated servers, each on a port of its own.
type engines struct {
	all    []engine
	cancel context.CancelFunc
	done   chan error // of each
}

type engine struct{ name, address string }

func startEngines(incidents []simulator.Incident) (*engines, error) {
	ctx, cancel := context.WithCancel(context.Background())
	names := demoEngines()
	es := &engines{cancel: cancel, done: make(chan error, len(names))}
	for i, name := range names {
		address, err := es.start(ctx, name, uint64(i+1), incidents)
		if err != nil {
			return nil, errors.Join(err, es.stop())
		}
		es.all = append(es.all, engine{name, address})
	}
	return es, nil
}

func (es *engines) start(ctx context.Context, name string, seed uint64, incidents []simulator.Incident) (string, error) {
	profile, ok := simulator.ProfileNamed(name)
	if !ok {
		return "", fmt.Errorf("there is no engine profile %q", name)
	}
	e, err := simulator.NewEngine(profile, simulator.EngineOptions{Seed: seed, Incidents: incidents})
	if err != nil {
		return "", err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		e.Close()
		return "", fmt.Errorf("starting the engine %s: %w", name, err)
	}
	go func() {
		es.done <- serveEngines(ctx, l, simulator.Options{}, simulator.Model{Name: demoModel, Engine: e})
	}()
	return l.Addr().String(), nil
}

// stop waits until all have ended.
func (es *engines) stop() error {
	es.cancel()
	var errs []error
	for range es.all {
		errs = append(errs, <-es.done)
	}
	return errors.Join(errs...)
}
