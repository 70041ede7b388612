package dcgm

import (
	"context"
	"fmt"
	"log/slog"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// AgentCommand is the hidden subcommand under which the program calls RunAgent with one argument.
const AgentCommand = "dcgm-agent"

// Collector exports what the agents last told. Register it once, and keep Run running beside it.
// Without host engines it exports only the GPUs of the targets.
type Collector struct {
	options     Options
	log         *slog.Logger
	catalogue   *catalogue
	health      *health
	info        targetInfo
	boards      []*board
	supervisors []*supervisor
	targets     atomic.Pointer[map[string][]string]
}

// New makes a collector of valid options; it starts nothing.
func New(o Options, log *slog.Logger) (*Collector, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("gpu telemetry: %w", err)
	}
	return newCollector(o, o.pace(), ourselves, log), nil
}

// newCollector takes how to start an agent and how long to wait for it.
func newCollector(o Options, p pace, command func(context.Context, string) (*exec.Cmd, error), log *slog.Logger) *Collector {
	c := &Collector{options: o, log: log, catalogue: newCatalogue(o), health: newHealth(o.Hostengines), info: newTargetInfo()}
	c.SetTargets(nil)
	for _, engine := range o.Hostengines {
		log := log.With("hostengine", engine.Name)
		b := newBoard(engine.Name, c.catalogue, o.periods(), log)
		c.boards = append(c.boards, b)
		c.supervisors = append(c.supervisors, &supervisor{
			spec: o.spec(engine), pace: p, command: command, board: b, health: c.health, log: log,
		})
	}
	return c
}

// Run keeps one agent for each host engine until the context ends; no child is left when it
// returns. An engine that cannot be reached is tried forever, with back-off.
func (c *Collector) Run(ctx context.Context) {
	if !Supported && len(c.supervisors) > 0 {
		c.log.Error("built without dcgm, no gpu telemetry", "hostengines", c.options.Hostengines.String())
		<-ctx.Done()
		return
	}
	var agents sync.WaitGroup
	for _, s := range c.supervisors {
		agents.Go(func() { s.run(ctx) })
	}
	agents.Wait()
	<-ctx.Done()
}

// SetTargets says which GPUs serve which target: names of host engines, or UUIDs. It replaces what
// was said before, and is safe while scrapes run.
func (c *Collector) SetTargets(gpus map[string][]string) {
	targets := cloneTargets(gpus)
	c.targets.Store(&targets)
}

// Describe lists all series that can ever come.
func (c *Collector) Describe(out chan<- *prometheus.Desc) {
	out <- c.info.desc
	if len(c.boards) == 0 {
		return
	}
	c.health.describe(out)
	for _, desc := range c.catalogue.all {
		out <- desc
	}
}

// Collect hands out what is known. It asks nobody and waits for nothing.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	c.info.collect(*c.targets.Load(), c.boards, out)
	if len(c.boards) == 0 {
		return
	}
	now := time.Now()
	for _, v := range c.health.vectors() {
		v.Collect(out)
	}
	for _, b := range c.boards {
		c.health.collect(b, now, out)
		b.collect(now, out)
	}
}
