package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// sender lets the real prober talk to an engine without HTTP, in simulated time.
type sender struct {
	engine *simulator.Engine
	once   sync.Once
	tools  []byte
}

func (s *sender) Close() {}

func (s *sender) Send(ctx context.Context, r *chat.Request, first func(time.Time)) chat.Exchange {
	x := chat.Exchange{ID: r.ID, Outcome: chat.OK, Reused: true}
	x.Started = time.Now()
	x.Connected, x.Written = x.Started, x.Started
	a, err := s.engine.Submit(ctx, simulator.Job{
		Prompt: s.prompt(r.Conversation), MaxTokens: r.MaxTokens,
		IgnoreEOS: true,
	})
	for err == nil {
		var b simulator.Batch
		if b, err = a.Next(ctx); err == nil && b.Tokens > 0 {
			x.LastToken = b.At
			note(&x.Whole, b)
			if x.FirstToken.IsZero() {
				x.FirstToken = b.At
				first(b.At)
			}
		}
	}
	x.End = time.Now()
	if !errors.Is(err, io.EOF) {
		x.Outcome, x.Err = chat.Broken, err
	}
	if a != nil {
		u := a.Usage()
		x.Usage = chat.Usage{
			Input: chat.Counted(int64(u.Prompt)), Cached: chat.Counted(int64(u.Cached)),
			Output: chat.Counted(int64(u.Output)),
		}
		x.Recall = judged(r.Expect, a)
	}
	return x
}

// note records a batch of tokens as one read with one event.
func note(r *chat.Receipts, b simulator.Batch) {
	if r.Events == 0 {
		r.First, r.FirstEvents = b.At, b.Tokens
	}
	r.Reads++
	r.Events += b.Tokens
	r.Last = b.At
}

func judged(expect string, a *simulator.Answer) chat.Recall {
	digits, _ := a.Recall()
	switch {
	case expect == "":
		return chat.NotAsked
	case strings.Contains(digits, expect):
		return chat.Right
	}
	return chat.Wrong
}

func (s *sender) prompt(c chat.Conversation) *simulator.Prompt {
	p := simulator.NewPrompt(s.engine.Profile())
	if tools := c.Tools(); len(tools) > 0 {
		s.once.Do(func() { s.tools, _ = json.Marshal(tools) }) // the same in all sessions
		p.Message("tools")
		p.Text(s.tools)
	}
	for i := range c.Len() {
		m := c.Message(i)
		p.Message([]string{"system", "user", "assistant", "tool"}[m.Role])
		for _, part := range m.Text {
			p.Text(part)
		}
		p.Text([]byte(m.Call.Name))
		for _, part := range m.Call.Value {
			p.Text(part)
		}
	}
	return p.Done()
}

// results collects the prober's results.
type results struct {
	mu      sync.Mutex
	all     []prober.Result
	skipped map[prober.Reason]int
}

func (r *results) Observe(e prober.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := e.(type) {
	case prober.Result:
		r.all = append(r.all, e)
	case prober.Skipped:
		r.skipped[e.Reason]++
	}
}

// play keeps the prober's load profile at tpm tokens per minute on one engine for d of simulated
// time. Results before settled are of an engine that still computes whole histories.
func play(t *testing.T, p simulator.Profile, tpm float64, seed uint64, d time.Duration) *results {
	t.Helper()
	target := targetOf(t, prober.ProfileLoad)
	target.Load.TokensPerMinute = tpm
	return playTarget(t, p, target, seed, d, func(e *simulator.Engine) *sender { return &sender{engine: e} })
}

// targetOf is a valid target of a profile. Its load ends after all tests, whose time begins in the year 2000.
func targetOf(t *testing.T, profile string) prober.Target {
	t.Helper()
	target, err := prober.DefaultTarget(profile)
	if err != nil {
		t.Fatal(err)
	}
	target.Name, target.URL, target.Model, target.API = "t", "http://127.0.0.1/v1", "m", chat.OpenAIChat
	if profile == prober.ProfileLoad {
		target.Load.Until = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return target
}

// playTarget keeps the prober's load on one engine for d of simulated time.
func playTarget(t *testing.T, p simulator.Profile, target prober.Target, seed uint64, d time.Duration,
	connect func(*simulator.Engine) *sender,
) *results {
	t.Helper()
	r := &results{skipped: map[prober.Reason]int{}}
	synctest.Test(t, func(t *testing.T) {
		engine, err := simulator.NewEngine(p, simulator.EngineOptions{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		pr := prober.New(prober.Options{
			Connect:  func(prober.Target) (prober.Sender, error) { return connect(engine), nil },
			Observer: r, Seed: seed, Version: "test",
		})
		if err := pr.Apply([]prober.Target{target}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(d)
		if err := pr.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return r
}

// figures are what one engine shows after its warm-up.
type figures struct {
	ttft, tps, hit float64 // median seconds, median tokens per second, share of prompt tokens cached
	p95            float64
	n              int
	right, wrong   int // recall
}

func (r *results) after(warmup time.Duration) figures {
	var f figures
	var ttft, tps []float64
	var prompt, cached int64
	for _, x := range r.all {
		if x.Scheduled.Sub(r.all[0].Scheduled) < warmup || !x.Steady() || x.Outcome != chat.OK {
			continue
		}
		f.n++
		if v, ok := x.TTFT(); ok {
			ttft = append(ttft, v.Seconds())
		}
		if v, ok := x.TPS(); ok {
			tps = append(tps, v)
		}
		switch x.Recall {
		case chat.Right:
			f.right++
		case chat.Wrong:
			f.wrong++
		}
		in, _ := x.Usage.Input.Value()
		had, _ := x.Usage.Cached.Value()
		prompt, cached = prompt+in, cached+had
	}
	f.ttft, f.p95, f.tps = quantile(ttft, 0.5), quantile(ttft, 0.95), quantile(tps, 0.5)
	f.hit = float64(cached) / float64(prompt)
	return f
}

func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[int(q*float64(len(v)-1))]
}
