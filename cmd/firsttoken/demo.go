package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/exporter/history"
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
	after     time.Duration
	incidents string
}

func (c *demoFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Flag("for", "How long to run, such as 10m. Default: until q or Ctrl-C.").DurationVar(&c.last)
	cmd.Flag("tokens-per-minute", "Load of each engine, in input tokens per minute.").
		Default("2500000").Float64Var(&c.tpm)
	cmd.Flag("incident-after", "When an incident comes by itself. 0: none does. The key i plays one at any time.").
		Default("2m").DurationVar(&c.after)
	cmd.Flag("incidents.file", "YAML file with incidents: what goes wrong, when, for how long. With it, no other comes "+
		"by itself.").StringVar(&c.incidents)
}

const (
	demoTitle = "firsttoken demo"
	demoModel = "simulated-kimi-k2.5"
	demoNote  = "The engines are simulated: calibrated to published figures, not measurements."

	// demoSeed repeats the same day each time, one whose second minute is like the mean of many: see
	// TestDemoSecondMinute. The engines are new, so no prompt is in a cache that should not be.
	demoSeed = 10
	// demoRegularity is the shape of the arrivals' gaps. Of some twenty requests a minute, Poisson arrivals would miss
	// the set-point by a quarter, and who watches for a few minutes would see no rate.
	demoRegularity = 16
)

// demoEngines are the profiles of the published comparison, in its order.
func demoEngines() []string { return []string{"together", "tensorrt-llm", "sglang"} }

// run starts the engines, a prober on them, and the pages, and shows the results.
func (c *demoFlags) run(ctx context.Context, p program, o options) error {
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	if c.last > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.last)
		defer cancel()
	}
	faults, err := loadIncidents(c.incidents)
	if err != nil {
		return err
	}
	if c.incidents != "" {
		c.after = 0
	}
	engines, err := startEngines(faults)
	if err != nil {
		return err
	}
	d := &demo{demoFlags: c, program: p, options: o, engines: engines, counts: newInFlightCounts(), quit: quit}
	// The prober stops first: it would report an engine that stops under it as a failure.
	return errors.Join(d.probe(ctx), engines.stop())
}

// demo is one run.
type demo struct {
	*demoFlags
	program
	options
	engines   *engines
	incidents *demoIncidents
	counts    *inFlightCounts
	log       *slog.Logger
	quit      context.CancelFunc
}

// probe does the daemon's work on the engines, with a screen.
func (d *demo) probe(ctx context.Context) error {
	targets, err := d.targets(d.engines)
	if err != nil {
		return err
	}
	if d.telemetry, err = otel.FromEnvironment(d.Environ); err != nil {
		return err
	}
	d.incidents = &demoIncidents{engines: d.engines, after: d.after, started: time.Now()}
	live := d.screen()
	if err := d.logTo(live); err != nil {
		return err
	}
	listeners, err := demoListen(ctx, d.ListenAddresses)
	if err != nil {
		return err
	}
	if d.WorkloadSeed == 0 {
		d.WorkloadSeed = demoSeed
	}
	current, err := probe(ctx, &config.File{Targets: targets}, serviceOptions{
		options: d.options, log: d.log, connect: d.counts.connect, resume: d.hold,
	})
	if err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	return newWebsite(current, d.options).serve(ctx, listeners, func(ctx context.Context) {
		at := addresses(listeners)
		d.listening(at...)
		d.show(ctx, live, current.service.history, at)
	})
}

func (d *demo) screen() *screen.Screen {
	return screen.New(screen.Options{
		In: d.Stdin, Out: d.Stdout, Environ: d.Environ,
		Title: demoTitle, Notes: []string{demoNote}, Order: demoEngines(), InFlight: d.counts.of,
		Incidents: d.incidents.soFar, Coming: d.incidents.coming, Play: d.incidents.play, Quit: d.quit,
	})
}

// logTo has the log shown by the screen where that has a terminal.
func (d *demo) logTo(live *screen.Screen) (err error) {
	if log, ok := live.Logger(); ok {
		d.log = log
		return nil
	}
	d.log, err = d.logger(d.options)
	return err
}

// hold gives a history to the engine of its target.
func (d *demo) hold(t prober.Target, last chat.Conversation) {
	if err := d.engines.hold(t, last); err != nil {
		d.log.Error("a history is not in the engine's cache", "target", t.Name, "err", err)
	}
}

// show shows the history until the end. A terminal that is closed, SIGHUP, is an end too; what has none goes on.
func (d *demo) show(ctx context.Context, live *screen.Screen, h *history.History, at []string) {
	var beside sync.WaitGroup
	beside.Go(func() { d.incidents.run(ctx) })
	if _, terminal := live.Logger(); terminal {
		beside.Go(func() {
			select {
			case <-ctx.Done():
			case <-d.Reload:
				d.quit()
			}
		})
	}
	live.Show(ctx, h, at)
	beside.Wait()
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
		t.Load.TokensPerMinute, t.Load.ArrivalShape, t.Load.Until = c.tpm, demoRegularity, end
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
