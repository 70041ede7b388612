package dcgm

import (
	"context"
	"log/slog"
	"os/exec"
	"time"
)

// supervisor keeps one agent running for one host engine, and puts what it tells on the board.
type supervisor struct {
	spec    spec
	pace    pace
	command func(ctx context.Context, argument string) (*exec.Cmd, error)
	board   *board
	health  *health
	log     *slog.Logger

	sessions int
	told     string // the failure that was last logged; an engine that stays away is one line
}

// run starts agent after agent until the context ends; the last one is gone when it returns.
func (s *supervisor) run(ctx context.Context) {
	wait := backoff{pace: s.pace}
	for agents := 0; ctx.Err() == nil; agents++ {
		if agents > 0 {
			s.health.restarts.WithLabelValues(s.spec.Name).Inc()
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

// serve runs one agent to its end and says why it ended.
func (s *supervisor) serve(ctx context.Context) *Failure {
	a := agent{pace: s.pace}
	if err := a.start(ctx, s.spec.String(), s.command); err != nil {
		return &Failure{opAgent, codeStart, err.Error()}
	}
	var told *Failure
	garbled := a.frames(func(f Frame) {
		if f.Failure != nil {
			told = f.Failure
			return
		}
		s.take(f)
	})
	end := a.wait()
	switch {
	case told != nil:
		return told
	case garbled != nil:
		return &Failure{opAgent, codeGarbled, garbled.Error()}
	default:
		return end
	}
}

func (s *supervisor) take(f Frame) {
	switch {
	case f.Session != nil:
		if s.sessions++; s.sessions > 1 {
			s.health.reconnects.WithLabelValues(s.spec.Name).Inc()
		}
		s.board.connected(*f.Session)
	case f.Poll != nil:
		s.told = ""
		s.health.polls.WithLabelValues(s.spec.Name).Observe(f.Poll.Took.Seconds())
		s.board.poll(f.Poll, time.Now())
	}
}

// report counts a failure and logs it when it is another one than last time. Changed GPUs are no
// failure.
func (s *supervisor) report(f *Failure, delay time.Duration) {
	if f.Op == opTopology {
		s.log.Info("gpus changed, watching anew")
		return
	}
	s.health.errors.WithLabelValues(s.spec.Name, f.Op, f.Code).Inc()
	if s.told == f.Op+f.Code {
		return
	}
	s.told = f.Op + f.Code
	log := s.log.With("op", f.Op, "code", f.Code, "error", f.Text, "retry_in", delay.Round(time.Millisecond))
	switch {
	case mismatch(f.Code):
		log.Warn("libdcgm and the host engine do not understand each other, the library must not be newer than the engine")
	case f.Op == opLibrary:
		log.Warn("libdcgm.so.4 is not installed, no gpu telemetry")
	default:
		log.Warn("host engine lost")
	}
}
