package dcgm

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// AgentCommand is the hidden subcommand under which the program calls RunAgent with one argument.
const AgentCommand = "dcgm-agent"

// Collector exports what the agents last reported. Register it once, and keep Run running beside it.
// Without host engines it exports only the GPUs of the targets.
type Collector struct {
	options     Options
	log         *slog.Logger
	descriptors *descriptors
	metrics     *engineMetrics
	info        targetInfo
	engines     []*engineState
	supervisors []*supervisor
	targets     atomic.Pointer[map[string][]string]
}

// New makes a collector. It starts nothing, and fails when the options are not valid.
func New(o Options, log *slog.Logger) (*Collector, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("gpu telemetry: %w", err)
	}
	return newCollector(o, o.agentTiming(), ourselves, log), nil
}

// newCollector takes the command that starts an agent and the times to wait for it.
func newCollector(o Options, t agentTiming, command agentCommand, log *slog.Logger) *Collector {
	c := &Collector{
		options: o, log: log,
		descriptors: newDescriptors(o), metrics: newEngineMetrics(o.Hostengines), info: newTargetInfo(),
	}
	c.SetTargets(nil)
	for _, engine := range o.Hostengines {
		log := log.With("hostengine", engine.Name)
		e := newEngineState(engine.Name, c.descriptors, o.samplePeriods(), log)
		c.engines = append(c.engines, e)
		c.supervisors = append(c.supervisors, &supervisor{
			spec: o.spec(engine), timing: t, command: command, state: e, metrics: c.metrics, log: log,
		})
	}
	return c
}

// Run keeps one agent for each host engine until the context ends, and leaves no child behind. It
// retries an engine that cannot be reached for ever, with back-off.
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

// SetTargets replaces the GPUs of each target: names of host engines, or UUIDs. It is safe while
// scrapes run.
func (c *Collector) SetTargets(gpus map[string][]string) {
	targets := cloneTargets(gpus)
	c.targets.Store(&targets)
}

// Describe lists all series that can ever be exported.
func (c *Collector) Describe(out chan<- *prometheus.Desc) {
	out <- c.info.desc
	if len(c.engines) == 0 {
		return
	}
	c.metrics.describe(out)
	for _, desc := range c.descriptors.all {
		out <- desc
	}
}

// Collect exports the latest snapshots. It waits for nothing and asks the engines nothing.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	c.info.collect(*c.targets.Load(), c.engines, out)
	if len(c.engines) == 0 {
		return
	}
	now := time.Now()
	for _, v := range c.metrics.vectors() {
		v.Collect(out)
	}
	for _, e := range c.engines {
		c.metrics.collect(e, now, out)
		e.collect(now, out)
	}
}
