package prober

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
				s.answer = func(*chat.Request) answer { return row.answer }
				start := time.Now()
				options := Options{Connect: func(Target) (Sender, error) { return s, nil }, Seed: 3, Version: "test"}
				r, err := Once(t.Context(), example("t", ProfileWatch), options)
				if err != nil || r.Outcome != row.outcome || !slices.Equal(r.Missed, row.missed) {
					t.Errorf("%v, outcome %s, missed %q; want %s, %q", err, r.Outcome, r.Missed, row.outcome, row.missed)
				}
				if r.Target != "t" || r.Turn.Phase != workload.Cold || !r.Scheduled.Equal(start) || r.End.IsZero() {
					t.Errorf("%+v", r)
				}
				if seen := s.seen(); seen.sent != 1 || seen.closed != 1 {
					t.Errorf("%+v, want one request and a closed sender", seen)
				}
				again, err := Once(t.Context(), example("t", ProfileWatch), options)
				if err != nil || again.Turn != r.Turn || again.ID == r.ID || len(r.ID) != 32 {
					t.Errorf("%v: with the same seed want the same turn under another id, got %q and %q", err, r.ID, again.ID)
				}
			})
		})
	}
}

func TestOnceCannotConnect(t *testing.T) {
	no := errors.New("no such certificate")
	connect := func(Target) (Sender, error) { return nil, no }
	_, err := Once(t.Context(), example("t", ProfileWatch), Options{Connect: connect})
	if !errors.Is(err, no) || !strings.HasPrefix(err.Error(), `target "t": `) {
		t.Errorf("error %v", err)
	}
}
