package selfcheck

import (
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }

// late is a result with these lags in milliseconds; a receive lag below 0 is none.
func late(schedule, receive float64) prober.Result {
	r := prober.Result{Scheduled: start}
	r.Exchange = chat.Exchange{Instants: chat.Instants{Started: start.Add(time.Duration(schedule * 1e6))}}
	if receive >= 0 {
		r.ReceiveLag, r.HasReceiveLag = time.Duration(receive*1e6), true
	}
	return r
}

func TestTrust(t *testing.T) {
	type step struct {
		from, every, to float64 // seconds
		schedule        float64 // milliseconds
		receive         float64
		want            bool // after the last
	}
	for _, row := range []struct {
		name  string
		steps []step
	}{
		{"nothing has happened", nil},
		{"idle machine", []step{{0, 1, 300, 0.1, 0.05, true}}},
		{"one hiccup", []step{{0, 1, 60, 0.1, 0.05, true}, {61, 1, 61, 500, 0.05, true}}},
		{"two hiccups of few results", []step{{0, 10, 60, 0.1, -1, true}, {61, 5, 66, 500, -1, true}}}, // no pattern yet
		{"starved", []step{{0, 1, 60, 0.1, 0.05, true}, {61, 1, 66, 0.1, 12, false}}},
		{"starved, on the schedule's side", []step{{0, 1, 60, 0.1, 0.05, true}, {61, 1, 73, 52, 0.1, false}}},
		{"just within the bound", []step{{0, 1, 60, 50, 10, true}}},
		{"one in fifty of many", []step{{0, .01, 58, 0.1, -1, true}, {58, .05, 60, 60, -1, true}}},
		{"asleep", []step{{0, 1, 1, 1001, -1, false}}},
		{
			"recovers when the last minute is clean",
			[]step{{0, 1, 20, 0.1, 50, false}, {21, 1, 70, 0.1, 0.1, false}, {71, 1, 90, 0.1, 0.1, true}},
		},
		{ // at 2 % in doubt
			"does not flap",
			[]step{
				{0, 1, 20, 0.1, 50, false},
				{30, 1, 40, 0.1, 0.1, false},
				{41, 1, 42, 0.1, 50, false},
				{43, 1, 95, 0.1, 0.1, false},
			},
		},
	} {
		tr := NewTrust(start, 0)
		for i, s := range row.steps {
			now := at(s.from)
			for ; !now.After(at(s.to)); now = now.Add(time.Duration(s.every * float64(time.Second))) {
				tr.Judge(late(s.schedule, s.receive), now)
			}
			if got := tr.Trusted(at(s.to)); got != s.want {
				t.Errorf("%s, step %d: trusted %v, want %v", row.name, i, got, s.want)
			}
		}
		if len(row.steps) == 0 && !tr.Trusted(start) {
			t.Errorf("%s: not trusted", row.name)
		}
	}
}

func TestTrustNeedsTheSelfCheck(t *testing.T) {
	tr := NewTrust(start, 5*time.Second)
	for _, row := range []struct {
		check float64 // seconds; below 0 is none
		at    float64
		want  bool
	}{
		{-1, 20, true},  // the first has four tries
		{-1, 21, false}, // and came to nothing
		{22, 22, true},
		{-1, 42, true},
		{-1, 43, false},
		{44, 44, true},
	} {
		if row.check >= 0 {
			tr.Check(Sample{At: at(row.check), Error: 50 * time.Microsecond})
		}
		if got := tr.Trusted(at(row.at)); got != row.want {
			t.Errorf("at %v s: trusted %v, want %v", row.at, got, row.want)
		}
	}
}

func TestErrorOfEitherSignSpeaksAgainst(t *testing.T) {
	tr := NewTrust(start, 5*time.Second)
	for i, e := range []time.Duration{-20 * time.Millisecond, 20 * time.Millisecond, -20 * time.Millisecond} {
		tr.Check(Sample{At: at(float64(i)), Error: e})
	}
	if tr.Trusted(at(3)) {
		t.Error("trusted with three errors of 20 ms")
	}
}

// A result is marked for its own lag, however well the others fare.
func TestJudgeOwnLag(t *testing.T) {
	for _, row := range []struct {
		result prober.Result
		want   bool
	}{
		{late(0.1, 0.1), true},
		{late(51, 0.1), false},
		{late(0.1, 11), false},
		{late(0.1, -1), true}, // no kernel stamp: nothing is known of it
		{prober.Result{}, true},
	} {
		if got := NewTrust(start, 0).Judge(row.result, start); got != row.want {
			t.Errorf("lags %v %v: %v", row.result.Started.Sub(start), row.result.ReceiveLag, got)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	tr, r, now := NewTrust(start, 0), late(0.1, 0.1), at(1)
	b.ReportAllocs()
	for b.Loop() {
		tr.Judge(r, now)
	}
}
