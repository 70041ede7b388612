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
// loop would assemble in the same way. It uses the options' Connect, Seed and Version; no Observer is
// told. An exchange that fails is a Result too: the error is about connecting.
func Once(ctx context.Context, t Target, o Options) (Result, error) {
	sender, err := o.Connect(t)
	if err != nil {
		return Result{}, fmt.Errorf("target %q: %w", t.Name, err)
	}
	defer sender.Close()
	session := workload.NewSession(&t.Workload, workload.NewCorpus(o.Version),
		workload.NewCalibration(t.Workload.TokensPerWord), workload.Identity{Seed: o.Seed, Target: t.Name})
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
