package main

import (
	"context"
	"fmt"

	"github.com/firsttoken/firsttoken/exporter/dcgm"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober"
)

// openGPUs registers the GPU metrics and starts nothing. Bad options are an error.
func (s *service) openGPUs(o dcgm.Options) (err error) {
	if s.gpus, err = dcgm.New(o, s.log); err != nil {
		return err
	}
	if err := s.registry.Register(s.gpus); err != nil {
		return fmt.Errorf("registering gpu telemetry: %w", err)
	}
	return nil
}

// startGPUs keeps an agent running for each host engine until s.stopGPUs. Agents take up to two seconds
// to end, so they are stopped together with the prober and not after it.
func (s *service) startGPUs(ctx context.Context) {
	ctx, s.stopGPUs = context.WithCancel(ctx)
	s.running.Go(func() { s.gpus.Run(ctx) })
}

// knownGPUs returns a check that refuses entries of `gpus` which name no host engine of this process.
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
