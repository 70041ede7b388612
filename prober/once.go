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
// loop would assemble in the same way. As in the loop, a trial goes before it, on a connection of its own: a full
// prompt must not overrun the window of an endpoint whose tokenizer is not known yet. A trial that fails is the Result,
// and nothing follows it. Once uses the options' Connect, Seed, Version and Budget; no Observer is told. An exchange
// that fails is a Result too: the error is about connecting, or a budget without room.
func Once(ctx context.Context, t Target, o Options) (Result, error) {
	p := &pool{
		shape: &t.Workload, corpus: workload.NewCorpus(o.Version),
		cal: workload.NewCalibration(t.Workload.TokensPerWord),
		id:  workload.Identity{Seed: o.Seed, Target: t.Name},
	}
	gate := newBudgetGate(t, o.Budget)
	for p.open(time.Now()); p.trial != nil; {
		session := p.trial.session
		r, err := sendOnce(ctx, t, o.Connect, &gate, session)
		if err != nil || r.Err != nil {
			return r, err
		}
		p.learn(r)
		p.settle(p.trial, session, r)
	}
	return sendOnce(ctx, t, o.Connect, &gate, p.fresh())
}

// Ask sends the next turn of a session to the target and returns its Result, with the options that Once uses. It sends
// no trial before it: the session is the caller's, and so is its size.
func Ask(ctx context.Context, t Target, o Options, session *workload.Session) (Result, error) {
	gate := newBudgetGate(t, o.Budget)
	return sendOnce(ctx, t, o.Connect, &gate, session)
}

// sendOnce sends the next turn of a session on a connection of its own, once the gate has let it pass.
func sendOnce(
	ctx context.Context, t Target, connect func(Target) (Sender, error), gate *budgetGate, session *workload.Session,
) (Result, error) {
	sender, err := connect(t)
	if err != nil {
		return Result{}, fmt.Errorf("target %q: %w", t.Name, err)
	}
	defer sender.Close()
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
