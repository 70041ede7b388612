package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/exporter/otel"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/screen"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

const demoHelp = "Show everything at work: three simulated engines, a steady load on each, and what is measured."

type demoFlags struct {
	last      time.Duration
	tpm       float64
	incidents string
}

func (c *demoFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Flag("for", "How long to run, such as 10m. Default: until Ctrl-C.").DurationVar(&c.last)
	cmd.Flag("tokens-per-minute", "Load of each engine, in input tokens per minute.").
		Default("2500000").Float64Var(&c.tpm)
	cmd.Flag("incidents.file", "YAML file with incidents: what goes wrong, when, for how long.").StringVar(&c.incidents)
}

const (
	demoTitle = "firsttoken demo"
	demoModel = "simulated-kimi-k2.5"
	demoNote  = "The engines are simulated: calibrated to published figures, not measurements."
)

// demoEngines are the profiles of the published comparison, in its order.
func demoEngines() []string { return []string{"together", "tensorrt-llm", "sglang"} }

// run starts the engines, a prober on them, and the pages, and shows the results.
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
	engines, err := startEngines(incidents)
	if err != nil {
		return err
	}
	targets, err := c.targets(engines)
	if err != nil {
		return errors.Join(err, engines.stop())
	}
	// The prober stops first: it would report an engine that stops under it as a failure.
	return errors.Join(c.probe(ctx, p, o, targets, engines), engines.stop())
}

// probe does the daemon's work on the given targets, with a screen.
func (c *demoFlags) probe(ctx context.Context, p program, o options, targets []prober.Target, es *engines) error {
	var err error
	if o.telemetry, err = otel.FromEnvironment(p.Environ); err != nil {
		return err
	}
	out := newInFlightCounts()
	live := screen.New(screen.Options{
		Out: p.Stdout, Environ: p.Environ,
		Title: demoTitle, Notes: c.notes, Order: demoEngines(), InFlight: out.of,
	})
	log, ok := live.Logger()
	if !ok {
		if log, err = p.logger(o); err != nil {
			return err
		}
	}
	listeners, err := demoListen(ctx, o.ListenAddresses)
	if err != nil {
		return err
	}
	resume := func(t prober.Target, last chat.Conversation) {
		if err := es.hold(t, last); err != nil {
			log.Error("a history is not in the engine's cache", "target", t.Name, "err", err)
		}
	}
	file := &config.File{Targets: targets}
	current, err := probe(ctx, file, serviceOptions{options: o, log: log, connect: out.connect, resume: resume})
	if err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	return newWebsite(current, o).serve(ctx, listeners, func(ctx context.Context) {
		at := addresses(listeners)
		p.listening(at...)
		live.Show(ctx, current.service.history, at)
	})
}

// notes are caveats for the screen after it has been up for a while.
func (c *demoFlags) notes(time.Duration) []string {
	return []string{demoNote}
}

// targets put a load on each engine, as a configuration file would.
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

// demoListen listens on loopback unless another address was given, and on a free port if the usual one is
// taken.
func demoListen(ctx context.Context, addresses []string) ([]net.Listener, error) {
	if !slices.Equal(addresses, []string{":9977"}) {
		return listen(ctx, addresses)
	}
	if usual, err := listen(ctx, []string{"127.0.0.1:9977"}); err == nil {
		return usual, nil
	}
	return listen(ctx, []string{"127.0.0.1:0"})
}
