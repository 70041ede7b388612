package prober

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// Once sends the first turn of a new session to the target and returns its Result, which the target's
// loop would assemble in the same way. It uses the options' Connect, Seed, Version and Budget; no Observer is
// told. An exchange that fails is a Result too: the error is about connecting, or a budget without room.
func Once(ctx context.Context, t Target, o Options) (Result, error) {
	sender, err := o.Connect(t)
	if err != nil {
		return Result{}, fmt.Errorf("target %q: %w", t.Name, err)
	}
	defer sender.Close()
	session := workload.NewSession(&t.Workload, workload.NewCorpus(o.Version),
		workload.NewCalibration(t.Workload.TokensPerWord), workload.Identity{Seed: o.Seed, Target: t.Name})
	gate := newBudgetGate(t, o.Budget)
	reserved, err := gate.wait(ctx, session)
	if err != nil {
		return Result{}, fmt.Errorf("target %q: %w", t.Name, err)
	}
	turn, request := session.Next(workload.Ages{})
	request.ID = newRequestID(rand.Uint64) // not by the seed, which would repeat it
	now := time.Now()
	q := &inflight{
		target: t.Name, turn: turn, request: request, due: now,
		judge: slo.NewJudge(t.Name, t.SLOs, now, steady(turn)),
	}
	q.exchange = sender.Send(ctx, &q.request, func(at time.Time) { q.judge.FirstToken(at) })
	r, _ := q.result(time.Now(), nil)
	if reserved != nil {
		reserved.reservation.Settle(gate.spending.charge(r, reserved.bound))
	}
	return r, nil
}

// wait reserves room for a session's next request and waits until the reservation holds. The ticket is nil without a
// budget.
func (g *budgetGate) wait(ctx context.Context, s *workload.Session) (*ticket, error) {
	if g.budget == nil {
		return nil, nil
	}
	g.reserve(&g.probe, s.NextBound(), time.Now())
	if g.probe.ticket == nil {
		return nil, g.probe.refusal
	}
	t := g.probe.ticket
	select {
	case <-t.reservation.Done():
	case <-ctx.Done():
		t.reservation.Settle(budget.Amount{})
		return nil, ctx.Err()
	}
	if err := t.reservation.Err(); err != nil {
		t.reservation.Settle(budget.Amount{})
		return nil, err
	}
	return t, nil
}
