package prober

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// account counts what happened to one target's slots, and its load as its server counts it.
type account struct {
	start   time.Time
	hours   [24]atomic.Int64 // tokens, by the hour in which their request was sent
	sent    atomic.Int64
	skipped [8]atomic.Int64 // by place in Reasons
	tokens  moments
}

// moments of the prompts' sizes.
type moments struct {
	mu           sync.Mutex
	n, sum, sums float64
}

func (m *moments) add(tokens int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := float64(tokens)
	m.n, m.sum, m.sums = m.n+1, m.sum+f, m.sums+f*f
}

// read returns their mean, and their variance as a share of its square.
func (m *moments) read() (mean, spread float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	mean = m.sum / m.n
	return mean, m.sums/m.n/(mean*mean) - 1
}

func (a *account) skips() (n int64) {
	for i := range a.skipped {
		n += a.skipped[i].Load()
	}
	return n
}

func (a *account) offered(hours int) (tokens int64) {
	for h := range hours {
		tokens += a.hours[h].Load()
	}
	return tokens
}

// fleet is the Observer of many targets.
type fleet map[string]*account

func (f fleet) Observe(e Event) {
	switch e := e.(type) {
	case Result:
		if e.Turn.Phase != workload.Recovery { // it takes no slot
			f[e.Target].sent.Add(1)
		}
	case Skipped:
		for i, r := range Reasons() {
			if r == e.Reason {
				f[e.Target].skipped[i].Add(1)
			}
		}
	}
}

// engine answers one target's requests well: with a plausible latency, and usage by a tokenizer
// of its own, which counts bytes and messages, not words.
type engine struct {
	account       *account
	tokensPerWord float64
	mu            sync.Mutex
	random        *rand.Rand
	known         map[string]extent // by session
}

// extent of a prompt. A history only grows until it is replaced by a shorter one, so a prompt
// that was counted need not be counted again: it takes half of the soak's time otherwise.
type extent struct{ messages, bytes int }

func newEngine(a *account, tokensPerWord float64, seed uint64) *engine {
	return &engine{
		account: a, tokensPerWord: tokensPerWord, random: rand.New(rand.NewPCG(seed, 1)), known: map[string]extent{},
	}
}

// admit counts the prompt and draws the latency of its answer.
func (e *engine) admit(r *chat.Request) (tokens int64, ttft, stream time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	x := e.known[r.Session]
	if x.messages > r.Conversation.Len() {
		x = extent{}
	}
	x.bytes += promptBytes(r.Conversation, x.messages)
	x.messages = r.Conversation.Len()
	if len(e.known) > 64 {
		clear(e.known)
	}
	e.known[r.Session] = x
	perToken := 60 * (0.8 + 0.4*e.random.Float64())
	ttft = time.Duration((0.2 + 0.8*e.random.ExpFloat64()) * float64(time.Second))
	return tokenize(x.bytes, x.messages, e.tokensPerWord), ttft,
		time.Duration(float64(r.MaxTokens) / perToken * float64(time.Second))
}

func (e *engine) Send(ctx context.Context, r *chat.Request, first func(time.Time)) chat.Exchange {
	now := time.Now()
	x := chat.Exchange{Reused: true, Outcome: chat.Cancelled}
	x.Started, x.Connected = now, now
	tokens, ttft, stream := e.admit(r)
	if hour := int(now.Sub(e.account.start) / time.Hour); hour < len(e.account.hours) {
		e.account.hours[hour].Add(tokens)
	}
	e.account.tokens.add(tokens)
	if sleep(ctx, ttft) {
		x.FirstToken = time.Now()
		first(x.FirstToken)
		if sleep(ctx, stream) {
			x.LastToken, x.Outcome = time.Now(), chat.OK
			x.Usage.Input, x.Usage.Output = chat.Counted(tokens), chat.Counted(int64(r.MaxTokens))
		}
	}
	x.End = time.Now()
	return x
}

func (e *engine) Close() {}

// launch starts the targets, each with an engine whose tokenizer is given; within a bubble.
func launch(t *testing.T, targets []Target, tokensPerWord func(i int) float64) (*Prober, fleet) {
	t.Helper()
	f := make(fleet, len(targets))
	engines := make(map[string]*engine, len(targets))
	for i, target := range targets {
		f[target.Name] = &account{start: time.Now()}
		engines[target.Name] = newEngine(f[target.Name], tokensPerWord(i), uint64(i))
	}
	p := newTestProber(Options{
		Connect:  func(t Target) (Sender, error) { return engines[t.Name], nil },
		Observer: f,
		Seed:     7,
		Version:  "soak",
	})
	if err := p.Apply(targets); err != nil {
		t.Fatal(err)
	}
	return p, f
}

// settleAccounts stops the prober and checks that every slot of every target was sent or skipped. The
// schedule counts its slots where it places them, independently of both.
func settleAccounts(t *testing.T, p *Prober, f fleet) {
	t.Helper()
	loops := p.seal()
	if err := p.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, r := range loops {
		a := f[r.target.Name]
		if slots := int64(r.loop.arrivals.used); slots == 0 || slots != a.sent.Load()+a.skips() {
			t.Fatalf("%s: %d slots, but %d sent and %d skipped", r.target.Name, slots, a.sent.Load(), a.skips())
		}
	}
}
