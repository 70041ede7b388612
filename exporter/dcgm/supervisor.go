package dcgm

import (
	"context"
	"log/slog"
	"time"
)

// supervisor keeps one agent running for one host engine, and records what the agent reports.
type supervisor struct {
	spec    agentSpec
	timing  agentTiming
	command agentCommand
	state   *engineState
	metrics *engineMetrics
	log     *slog.Logger

	sessions int
	logged   string // the failure that was last logged; an engine that stays away is one line
}

// run starts one agent after another until the context ends. The last one is gone when run returns.
func (s *supervisor) run(ctx context.Context) {
	wait := newRetryDelay(s.timing)
	for agents := 0; ctx.Err() == nil; agents++ {
		if agents > 0 {
			s.metrics.restarts.WithLabelValues(s.spec.Name).Inc()
		}
		began := time.Now()
		failure := s.serve(ctx)
		if ctx.Err() != nil {
			return
		}
		delay := wait.after(time.Since(began), failure)
		s.report(failure, delay)
		sleep(ctx, delay)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// serve runs one agent to its end and returns why it ended.
func (s *supervisor) serve(ctx context.Context) *sessionFailure {
	a := agentProcess{timing: s.timing}
	if err := a.start(ctx, s.spec.String(), s.command); err != nil {
		return &sessionFailure{opAgent, codeStart, err.Error()}
	}
	var reported *sessionFailure
	garbled := a.messages(func(m agentMessage) {
		if m.Failure != nil {
			reported = m.Failure
			return
		}
		s.take(m)
	})
	end := a.wait()
	switch {
	case reported != nil:
		return reported
	case garbled != nil:
		return &sessionFailure{opAgent, codeGarbled, garbled.Error()}
	default:
		return end
	}
}

func (s *supervisor) take(m agentMessage) {
	switch {
	case m.Session != nil:
		if s.sessions++; s.sessions > 1 {
			s.metrics.reconnects.WithLabelValues(s.spec.Name).Inc()
		}
		s.state.connected(*m.Session)
	case m.Poll != nil:
		s.logged = ""
		s.metrics.polls.WithLabelValues(s.spec.Name).Observe(m.Poll.Took.Seconds())
		s.state.poll(m.Poll, time.Now())
	}
}

// report counts a failure, and logs it unless it was the last one logged. Changed GPUs are no failure.
func (s *supervisor) report(f *sessionFailure, delay time.Duration) {
	if f.Op == opTopology {
		s.log.Info("gpus changed, watching anew")
		return
	}
	s.metrics.errors.WithLabelValues(s.spec.Name, f.Op, f.Code).Inc()
	if s.logged == f.Op+f.Code {
		return
	}
	s.logged = f.Op + f.Code
	log := s.log.With("op", f.Op, "code", f.Code, "error", f.Text, "retry_in", delay.Round(time.Millisecond))
	switch {
	case versionMismatch(f.Code):
		log.Warn("libdcgm and the host engine do not understand each other, the library must not be newer than the engine")
	case f.Op == opLibrary:
		log.Warn("libdcgm.so.4 is not installed, no gpu telemetry")
	default:
		log.Warn("host engine lost")
	}
}
