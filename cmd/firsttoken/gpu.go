package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/exporter/dcgm"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober"
)

// gpuAgent is the subcommand under which a firsttoken that watches GPUs starts itself, once for each
// host engine. It serves no pages and reads no file: frames go to stdout, everything else to stderr.
type gpuAgent struct{ argument string }

func (c *gpuAgent) declare(cmd *kingpin.CmdClause) {
	cmd.Hidden()
	cmd.Arg("engine", "What to read, as JSON.").Required().StringVar(&c.argument)
}

// run returns with a call into the C library still under way if that hangs; the process then has to
// end, which it does.
func (c *gpuAgent) run(ctx context.Context, p program, _ options) error {
	return dcgm.RunAgent(ctx, c.argument, p.Stdin, p.Stdout)
}

// openGPUs registers what is exported of GPUs. Bad options are an error, and nothing is started yet.
func (s *service) openGPUs(o dcgm.Options) (err error) {
	if s.gpus, err = dcgm.New(o, s.log); err != nil {
		return err
	}
	if err := s.registry.Register(s.gpus); err != nil {
		return fmt.Errorf("registering gpu telemetry: %w", err)
	}
	return nil
}

// watchGPUs keeps an agent running for each host engine until s.leaveGPUs. Their farewell takes two
// seconds at most, so it begins with the end of probing and not after it.
func (s *service) watchGPUs(ctx context.Context) {
	ctx, s.leaveGPUs = context.WithCancel(ctx)
	s.running.Go(func() { s.gpus.Run(ctx) })
}

// knownGPUs finds entries of `gpus` that name no host engine of this process.
func knownGPUs(o dcgm.Options) config.Check {
	return func(t prober.Target) (errs invalid.Errors) {
		for i, entry := range t.GPUs {
			if err := o.CheckGPU(entry); err != nil {
				errs.Add(fmt.Sprintf("gpus[%d]", i), "%s", err)
			}
		}
		return errs
	}
}

func gpusOf(targets []prober.Target) map[string][]string {
	gpus := map[string][]string{}
	for _, t := range targets {
		if len(t.GPUs) > 0 {
			gpus[t.Name] = t.GPUs
		}
	}
	return gpus
}
