package simulator_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

// engine is a fast engine under a script of incidents.
func engine(t *testing.T, incidents string) *simulator.Engine {
	t.Helper()
	script, err := simulator.ParseIncidents("test", []byte(incidents))
	if err != nil {
		t.Fatal(err)
	}
	e, err := simulator.NewEngine(profile(t, "fast"), simulator.EngineOptions{Incidents: script})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func job(e *simulator.Engine, text string, output int) simulator.Job {
	p := simulator.NewPrompt(e.Profile())
	p.Message("user")
	p.Text([]byte(text))
	return simulator.Job{Prompt: p.Done(), MaxTokens: output}
}

// drain reads an answer to its end.
func drain(ctx context.Context, a *simulator.Answer) (tokens int, err error) {
	for {
		b, err := a.Next(ctx)
		if err != nil {
			return tokens, err
		}
		tokens += b.Tokens
	}
}

func TestEngineAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, "")
		start := time.Now()
		a, err := e.Submit(t.Context(), job(e, "hello world", 100))
		if err != nil {
			t.Fatal(err)
		}
		b, err := a.Next(t.Context())
		if err != nil || b.Tokens != 0 || b.At.Sub(start) != time.Millisecond {
			t.Errorf("admission: %d tokens after %v, %v; want none after 1ms, the frontend's", b.Tokens, b.At.Sub(start), err)
		}
		b, err = a.Next(t.Context())
		if err != nil || b.Tokens != 1 || time.Since(start) != b.At.Sub(start) {
			t.Errorf("first token: %d tokens at %v, now %v, %v", b.Tokens, b.At.Sub(start), time.Since(start), err)
		}
		if n, err := drain(t.Context(), a); n != 99 || !errors.Is(err, io.EOF) {
			t.Errorf("%d more tokens, then %v; want 99, then EOF", n, err)
		}
		if u := a.Usage(); u != (simulator.Usage{Prompt: 6, Output: 100}) {
			t.Errorf("usage %+v", u)
		}
	})
}

func TestCancelledContextFreesTheSequence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := profile(t, "fast")
		p.Batch.MaxSequences = 1
		e, err := simulator.NewEngine(p, simulator.EngineOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		ctx, cancel := context.WithCancel(t.Context())
		first, err := e.Submit(ctx, job(e, "first", 100_000))
		if err != nil {
			t.Fatal(err)
		}
		second, err := e.Submit(t.Context(), job(e, "second", 10))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		cancel()
		cancelled := time.Now()
		if _, err := drain(t.Context(), first); !errors.Is(err, context.Canceled) {
			t.Errorf("the first ends with %v, want its context's cause", err)
		}
		if n, err := drain(t.Context(), second); n != 10 || !errors.Is(err, io.EOF) {
			t.Errorf("the second has %d tokens, %v", n, err)
		}
		if waited := time.Since(cancelled); waited > 100*time.Millisecond {
			t.Errorf("the second is done %v after the first was given up: its place was not free", waited)
		}
	})
}

func TestCloseEndsAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, "")
		a, err := e.Submit(t.Context(), job(e, "x", 1000))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
		e.Close()
		if _, err := drain(t.Context(), a); !errors.Is(err, simulator.ErrClosed) {
			t.Errorf("ends with %v", err)
		}
		if _, err := e.Submit(t.Context(), job(e, "x", 1)); !errors.Is(err, simulator.ErrClosed) {
			t.Errorf("a closed engine says %v", err)
		}
		a.Cancel() // of what has ended does nothing
	})
}

func TestEngineIncidents(t *testing.T) {
	for _, c := range []struct {
		script string
		tokens int
		err    string // of Submit or of the last Next
		took   time.Duration
		why    string
	}{
		{
			"- {kind: errors, ratio: 1, status: 429, retry_after: 7s}", 0, "status 429: Rate limit reached, please slow down",
			0, "refused at once",
		},
		{"- {at: 1m, kind: errors, ratio: 1, status: 500}", 90, "EOF", 0, "not yet"},
		{"- {kind: errors, ratio: 1, status: mid_stream}", 45, "status 500: Internal server error", 0, "half-way"},
		{"- {kind: truncate, ratio: 1}", 45, "stream ends here without its end marker", 0, "half-way"},
		{"- {kind: stall, ratio: 1, pause: 30s}", 90, "EOF", 30 * time.Second, "whole, but late"},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := engine(t, c.script)
			start, tokens := time.Now(), 0
			a, err := e.Submit(t.Context(), job(e, "x", 90))
			if err == nil {
				tokens, err = drain(t.Context(), a)
			}
			if err.Error() != c.err {
				t.Errorf("%s: ends with %v, want %s", c.script, err, c.err)
			}
			if tokens < c.tokens || tokens > c.tokens+8 { // a step may overshoot by its drafts
				t.Errorf("%s: %d tokens, want %d: %s", c.script, tokens, c.tokens, c.why)
			}
			if took := time.Since(start); took < c.took || took > c.took+time.Second {
				t.Errorf("%s: took %v, want %v: %s", c.script, took, c.took, c.why)
			}
		})
	}
}

func TestRetryAfterOfAnIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, "- {kind: errors, ratio: 1, status: 503, retry_after: 7s}")
		_, err := e.Submit(t.Context(), job(e, "x", 1))
		var f *simulator.Failure
		if !errors.As(err, &f) || f.Status != 503 || f.RetryAfter != 7*time.Second {
			t.Errorf("%+v, want 503 and 7s", f)
		}
	})
}

func TestErrorRatio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, "- {kind: errors, ratio: 0.25, status: 500}")
		failed := 0
		for range 4000 {
			a, err := e.Submit(t.Context(), job(e, "x", 1))
			if err != nil {
				failed++
				continue
			}
			a.Cancel()
		}
		if failed < 900 || failed > 1100 { // 1000 ± 27
			t.Errorf("%d of 4000 failed, want a quarter", failed)
		}
	})
}

func TestTooLongAPrompt(t *testing.T) {
	e := engine(t, "")
	_, err := e.Submit(t.Context(), job(e, strings.Repeat("word ", 262_000), 1000))
	var f *simulator.Failure
	if !errors.As(err, &f) || f.Status != 400 || !strings.Contains(f.Message, "262144 tokens, and the prompt has 262004") {
		t.Errorf("%v, want 400 with both numbers", err)
	}
}

func TestWrongRecall(t *testing.T) {
	const text = "The checksum of module ledger is 48213. What is the checksum of module ledger? Answer with the " +
		"number only."
	for script, want := range map[string]string{"": "48213", "- {kind: wrong_recall, ratio: 1}": "93768"} {
		e := engine(t, script)
		a, err := e.Submit(t.Context(), job(e, text, 10))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := a.Recall(); !ok || got != want {
			t.Errorf("under %q: %q, want %q", script, got, want)
		}
		a.Cancel()
	}
}
