package prober

import (
	"slices"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// answered is a good result on a warm connection: 500 steps of output in 10 s after a TTFT of 0.7 s.
// Its objectives are 2 s and 30 tokens per second.
func answered(change func(*Result, func(ms int) time.Time)) Result {
	start := time.Unix(1_000_000, 0)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	r := Result{Target: "t", Scheduled: start, Turn: workload.Turn{Phase: workload.Warm}}
	r.Reused, r.Outcome, r.Usage.Output = true, chat.OK, chat.Counted(501)
	r.Instants = chat.Instants{
		Started: start, Connected: at(1), FirstToken: at(700), LastToken: at(10_700), End: at(10_800),
	}
	change(&r, at)
	return r
}

// missed lets the exchange of a result be judged as a loop does.
func missed(r Result, objectives map[slo.Name]slo.Objective) []slo.Name {
	q := &inflight{
		target: r.Target, turn: r.Turn, due: r.Scheduled, exchange: r.Exchange,
		judge: slo.NewJudge(r.Target, objectives, r.Started, r.Steady()),
	}
	if !r.FirstToken.IsZero() {
		q.judge.FirstToken(r.FirstToken)
	}
	if !r.FirstToken.IsZero() {
		q.exchange.Whole = evenly(r.FirstToken, r.LastToken, 501)
	}
	got, _ := q.result(r.End, nil)
	return got.Missed
}

func TestMissed(t *testing.T) {
	objectives := map[slo.Name]slo.Objective{
		slo.TTFT:         {Ratio: 0.95, Threshold: 2},
		slo.TPS:          {Ratio: 0.95, Threshold: 30},
		slo.Availability: {Ratio: 0.99},
		slo.Recall:       {Ratio: 0.9},
	}
	type at = func(ms int) time.Time
	slowly := func(r *Result, at at) { r.FirstToken, r.LastToken = at(2001), at(12_001) }
	for _, row := range []struct {
		name   string
		change func(*Result, at)
		want   []slo.Name
	}{
		{"good", func(*Result, at) {}, nil},
		{"slow", slowly, []slo.Name{slo.TTFT}},
		{"at the threshold", func(r *Result, at at) { r.FirstToken, r.LastToken = at(2000), at(12_000) }, nil}, // is in time
		{"quick after a new connection", func(r *Result, at at) {
			r.Reused, r.Connected, r.FirstToken, r.LastToken = false, at(200), at(2199), at(12_000)
		}, nil},
		{"connection that took longer than the verdict can wait", func(r *Result, at at) {
			r.Reused, r.Connected, r.FirstToken, r.LastToken = false, at(300), at(2251), at(12_000)
		}, []slo.Name{slo.TTFT}},
		{"slow stream", func(r *Result, at at) { r.LastToken = at(17_700) }, []slo.Name{slo.TPS}}, // 500 in 17 s
		{"too few tokens for a rate", func(r *Result, at at) {
			r.LastToken, r.Usage.Output = at(17_700), chat.Counted(15)
		}, nil},
		{"wrong recall", func(r *Result, _ at) { r.Recall = chat.Wrong }, []slo.Name{slo.Recall}},
		{"right recall", func(r *Result, _ at) { r.Recall = chat.Right }, nil},
		{
			"no token at all", func(r *Result, _ at) { r.FirstToken, r.LastToken = time.Time{}, time.Time{} },
			[]slo.Name{slo.TTFT},
		},
		{ // no user sends one
			"slow bootstrap", func(r *Result, at at) { slowly(r, at); r.Turn.Phase = workload.Bootstrap }, nil,
		},
		{
			"failed bootstrap", func(r *Result, _ at) { r.Outcome, r.Turn.Phase = chat.Broken, workload.Bootstrap },
			[]slo.Name{slo.Availability},
		},
		{
			"broken after a first token", func(r *Result, _ at) { r.Outcome = chat.Broken },
			[]slo.Name{slo.TPS, slo.Availability},
		},
		{"denied", func(r *Result, _ at) { // the configuration's fault
			r.Outcome, r.FirstToken, r.LastToken = chat.Denied, time.Time{}, time.Time{}
		}, nil},
		{"cancelled", func(r *Result, _ at) { r.Outcome = chat.Cancelled }, nil}, // by us
	} {
		if got := missed(answered(row.change), objectives); !slices.Equal(got, row.want) {
			t.Errorf("%s: missed %q, want %q", row.name, got, row.want)
		}
		if got := missed(answered(row.change), nil); got != nil {
			t.Errorf("%s: missed %q without objectives", row.name, got)
		}
	}
	half := map[slo.Name]slo.Objective{slo.TTFT: {Ratio: 0.9, Threshold: 0.5}}
	if got := missed(answered(func(*Result, at) {}), half); !slices.Equal(got, []slo.Name{slo.TTFT}) {
		t.Errorf("missed %q: 700 ms are not within 500 ms", got)
	}
}
