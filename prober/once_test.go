package prober

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

func TestOnce(t *testing.T) {
	for _, row := range []struct {
		name    string
		answer  answer
		outcome chat.Outcome
		missed  []slo.Name
	}{
		{"good", answer{ttft: time.Second, duration: 10 * time.Second, output: 501}, chat.OK, nil},
		{"slow", answer{ttft: 7 * time.Second, duration: 10 * time.Second, output: 501}, chat.OK, []slo.Name{slo.TTFT}},
		{
			"broken",
			answer{duration: 10 * time.Second, outcome: chat.Broken},
			chat.Broken,
			[]slo.Name{slo.TTFT, slo.TPS, slo.Availability},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(1)
				trial := true // every other request
				s.answer = func(*chat.Request) answer {
					if trial = !trial; !trial {
						return answer{ttft: time.Second, duration: 10 * time.Second, output: 501}
					}
					return row.answer
				}
				options := Options{Connect: func(Target) (Sender, error) { return s, nil }, Seed: 3, Version: "test"}
				r, err := Once(t.Context(), example("t", ProfileWatch), options)
				if err != nil || r.Outcome != row.outcome || !slices.Equal(r.Missed, row.missed) {
					t.Errorf("%v, outcome %s, missed %q; want %s, %q", err, r.Outcome, r.Missed, row.outcome, row.missed)
				}
				if r.Target != "t" || r.Turn.Phase != workload.Cold || r.Turn.Tokens < 30_000 ||
					!r.Scheduled.Equal(r.Started) || r.End.IsZero() {
					t.Errorf("%+v", r)
				}
				if seen := s.seen(); seen.sent != 2 || seen.closed != 2 {
					t.Errorf("%+v, want a trial and a turn, each on a connection of its own", seen)
				}
				again, err := Once(t.Context(), example("t", ProfileWatch), options)
				if err != nil || again.Turn != r.Turn || again.ID == r.ID || len(r.ID) != 32 {
					t.Errorf("%v: with the same seed want the same turn under another id, got %q and %q", err, r.ID, again.ID)
				}
			})
		})
	}
}

// What a trial teaches keeps the turn within a window that the configured tokens per word would overrun by a tenth. A
// trial that fails is all that is sent. An endpoint that counts nothing has three trials.
func TestOnceTriesFirst(t *testing.T) {
	const window = 65_536
	for _, row := range []struct {
		name    string
		change  func(*server)
		mute    bool // no usage
		outcome chat.Outcome
		phase   workload.Phase
		sent    int
	}{
		{name: "a tokenizer with more tokens", outcome: chat.OK, phase: workload.Cold, sent: 2},
		{
			name: "a trial that fails", change: func(s *server) {
				s.answer = func(*chat.Request) answer { return answer{duration: time.Second, outcome: chat.ServerError} }
			},
			outcome: chat.ServerError, phase: workload.Bootstrap, sent: 1,
		},
		{
			name: "no usage", mute: true, change: func(s *server) { s.tokensPerWord = 1 },
			outcome: chat.OK, phase: workload.Cold, sent: 4,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(1)
				s.tokensPerWord, s.window = 1.44, window
				if row.change != nil {
					row.change(s)
				}
				target := example("t", ProfileWatch)
				target.Workload.Window = window
				target.Workload.Context.Max, target.Workload.Limit = 60_000, 60_000
				connect := func(Target) (Sender, error) {
					if row.mute {
						return mute{s}, nil
					}
					return s, nil
				}
				r, err := Once(t.Context(), target, Options{Connect: connect, Version: "test"})
				if err != nil || r.Outcome != row.outcome || r.Turn.Phase != row.phase {
					t.Errorf("%v, %s (%s), %s; want %s, %s", err, r.Outcome, r.Cause, r.Turn.Phase, row.outcome, row.phase)
				}
				if n := s.seen().sent; n != row.sent {
					t.Errorf("%d requests, want %d", n, row.sent)
				}
			})
		})
	}
}

// mute answers as its server does, without usage.
type mute struct{ *server }

func (m mute) Send(ctx context.Context, r *chat.Request, first func(time.Time)) chat.Exchange {
	x := m.server.Send(ctx, r, first)
	x.Usage = chat.Usage{}
	return x
}

// An endpoint that counts nothing gets its load after three trials.
func TestTrialsThatTeachNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileWatch)
		ledger := newFakeLedger("t", budget.Limits{TokensPerDay: 1e12})
		results := of[Result](runSender(t, target, ledger, mute{newServer(1)}, time.Hour, nil))
		for i, r := range results {
			if trial := r.Turn.Tokens < 10_000; trial != (i < mostTrials) {
				t.Fatalf("result %d has a prompt of %d tokens, want %d trials", i, r.Turn.Tokens, mostTrials)
			}
		}
		if len(results) < 20 {
			t.Errorf("%d results in an hour", len(results))
		}
	})
}

func TestOnceCannotConnect(t *testing.T) {
	no := errors.New("no such certificate")
	connect := func(Target) (Sender, error) { return nil, no }
	_, err := Once(t.Context(), example("t", ProfileWatch), Options{Connect: connect})
	if !errors.Is(err, no) || !strings.HasPrefix(err.Error(), `target "t": `) {
		t.Errorf("error %v", err)
	}
}
