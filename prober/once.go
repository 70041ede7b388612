package prober

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// Once sends the first turn of a new session to the target and returns its Result, which the target's
// loop would assemble in the same way. As in the loop, a trial goes before it, on a connection of its own: a full prompt
// must not overrun the window of an endpoint whose tokenizer is not known yet. A trial that fails is the Result, and
// nothing follows it. Once uses the options' Connect, Seed and Version; no Observer is told. An exchange that fails is a
// Result too: the error is about connecting.
func Once(ctx context.Context, t Target, o Options) (Result, error) {
	p := &pool{
		shape: &t.Workload, corpus: workload.NewCorpus(o.Version),
		cal: workload.NewCalibration(t.Workload.TokensPerWord),
		id:  workload.Identity{Seed: o.Seed, Target: t.Name},
	}
	for p.open(time.Now()); p.trial != nil; {
		session := p.trial.session
		r, err := sendOnce(ctx, t, o, session)
		if err != nil || r.Err != nil {
			return r, err
		}
		p.learn(r)
		p.settle(p.trial, session, r)
	}
	return sendOnce(ctx, t, o, p.fresh())
}

// sendOnce sends the first turn of a session on a connection of its own.
func sendOnce(ctx context.Context, t Target, o Options, session *workload.Session) (Result, error) {
	sender, err := o.Connect(t)
	if err != nil {
		return Result{}, fmt.Errorf("target %q: %w", t.Name, err)
	}
	defer sender.Close()
	turn, request := session.Next(workload.Ages{})
	request.ID = newRequestID(rand.Uint64) // not by the seed, which would repeat it
	now := time.Now()
	q := &inflight{
		target: t.Name, turn: turn, request: request, due: now,
		judge: slo.NewJudge(t.Name, t.SLOs, now, steady(turn)),
	}
	q.exchange = sender.Send(ctx, &q.request, func(at time.Time) { q.judge.FirstToken(at) })
	r, _ := q.result(time.Now(), nil)
	return r, nil
}
