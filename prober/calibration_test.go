package prober

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// A server that reports too little cannot make prompts grow beyond four times their size.
func TestPromptsStayBounded(t *testing.T) {
	for name, report := range map[string]func(int64) int64{
		"ten tokens": func(int64) int64 { return 10 },
		"5 %":        func(n int64) int64 { return n / 20 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target := example("t", ProfileWatch)
				largest := 0
				b := newBench(t, target, func(r *chat.Request) answer {
					largest = max(largest, promptBytes(r.Conversation, 0))
					return inTime(r)
				})
				b.server.change(func(s *server) { s.report = report })
				time.Sleep(time.Hour)
				events := b.stop()
				// Words of the corpus have 4.6 bytes or a little more, and a prompt has at most limit words times four.
				if most := 4 * 6 * target.Workload.Limit; largest > most || largest == 0 {
					t.Errorf("a prompt of %d bytes, want %d at most", largest, most)
				}
				last := of[Result](events)[len(of[Result](events))-1]
				if !last.CalibrationBounded || last.TokensPerWord != 0.25 {
					t.Errorf("%v tokens per word, at a bound: %v", last.TokensPerWord, last.CalibrationBounded)
				}
			})
		})
	}
}

// Nothing but trials is sent before one has been answered.
func TestTrialsUntilAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target, start := example("t", ProfileWatch), time.Now()
		b := newBench(t, target, func(r *chat.Request) answer {
			if time.Since(start) < 30*time.Minute {
				return answer{duration: time.Second, outcome: chat.ServerError}
			}
			return inTime(r)
		})
		time.Sleep(time.Hour)
		full := 0
		for _, r := range of[Result](b.stop()) {
			small := r.Turn.Phase == workload.Bootstrap || r.Turn.Phase == workload.Recovery
			if at := r.Started.Sub(start); at < 30*time.Minute && (!small || r.Turn.Tokens > 10_000) {
				t.Fatalf("a prompt of %d tokens, %s, after %s", r.Turn.Tokens, r.Turn.Phase, at)
			}
			if r.Turn.Tokens > 30_000 {
				full++
			}
		}
		if full < 10 {
			t.Errorf("%d full prompts after the first answer", full)
		}
	})
}

// A window that is smaller than the prompts is learnt from the refusals.
func TestSmallWindowIsLearnt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const window = 62_000
		target := example("t", ProfileWatch)
		b := newBench(t, target, nil)
		b.server.change(func(s *server) { s.window = window })
		time.Sleep(6 * time.Hour)
		results := of[Result](b.stop())
		refused, late := 0, 0
		for i, r := range results {
			if r.Cause == chat.CauseContextOverflow {
				refused++
				if i > len(results)/2 {
					late++
				}
			}
		}
		if refused == 0 || late > len(results)/50 {
			t.Errorf("%d of %d refused, %d in the second half", refused, len(results), late)
		}
	})
}

// A window that is far smaller than the profile's prompts scales them down, trials and answers too, as if it had been
// configured, and the load goes on.
func TestTinyWindowIsLearnt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const window = 8192
		b := newBench(t, example("t", ProfileWatch), nil)
		b.server.change(func(s *server) { s.window = window })
		time.Sleep(2 * time.Hour)
		results := of[Result](b.stop())
		for i, r := range results {
			if r.Outcome != chat.OK && r.Outcome != chat.Cancelled && i > 60 {
				t.Fatalf("request %d of %d, with a prompt of %d tokens: %s", i, len(results), r.Turn.Tokens, r.Outcome)
			}
		}
		if n := len(results); n < 1000 { // 125,000 tokens per minute
			t.Errorf("%d requests in two hours", n)
		}
	})
}

// An answer that failed counts something else than the prompt, if anything.
func TestFailedAnswersTeachNothing(t *testing.T) {
	for _, outcome := range chat.Outcomes() {
		p := &pool{cal: workload.NewCalibration(1)}
		p.learn(Result{
			Turn:     workload.Turn{Words: 1000, Messages: 1},
			Exchange: chat.Exchange{Outcome: outcome, Usage: chat.Usage{Input: chat.Counted(1500)}},
		})
		if estimate, _ := p.cal.TokensPerWord(); (estimate != 1) != (outcome == chat.OK) {
			t.Errorf("after %s there are %v tokens in a word", outcome, estimate)
		}
	}
}
