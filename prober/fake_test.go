package prober

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// server is a Sender that answers as an endpoint would, in the time of a test's bubble. That time
// orders what happens, but not for the race detector: all of it is behind the mutex.
type server struct {
	mu            sync.Mutex
	random        *rand.Rand
	tokensPerWord float64
	answer        func(*chat.Request) answer // nil: an ordinary good one
	deaf          bool                       // does not hear a cancelled context
	report        func(int64) int64          // what it says of a prompt's size; nil is the truth
	window        int64                      // larger prompts are refused; 0 takes all
	tally
}

// tally is what a server has seen.
type tally struct {
	open   int // exchanges
	most   int // open at once
	sent   int
	closed int
}

// answer scripts the exchange of a request.
type answer struct {
	ttft     time.Duration // 0: no token at all
	duration time.Duration // of the stream, or until it fails
	outcome  chat.Outcome  // empty is ok
	retry    time.Duration // Retry-After
	setUp    time.Duration // of a new connection; 0 is a reused one
	output   int64
	recall   chat.Recall

	bytes int // of the prompt; long enough to be counted once
	input int64
	deaf  bool
}

func newServer(seed uint64) *server {
	return &server{tokensPerWord: 1, random: rand.New(rand.NewPCG(seed, 1))}
}

// change alters the server while it serves.
func (s *server) change(f func(*server)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
}

func (s *server) seen() tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tally
}

// bytesPerToken of ordinary words, a little off the truth so that there is something to learn.
const bytesPerToken = 4.6

// promptBytes is the text of a prompt from its message of that number on; all of it for 0.
func promptBytes(c chat.Conversation, from int) (n int) {
	if from == 0 {
		for _, tool := range c.Tools() {
			n += len(tool.Name) + len(tool.Description) + len(tool.Parameters)
		}
	}
	for i := from; i < c.Len(); i++ {
		m := c.Message(i)
		n += m.Text.Len() + m.Call.Value.Len()
	}
	return n
}

// tokenize is a server's count of a prompt: by bytes and messages, not words.
func tokenize(bytes, messages int, tokensPerWord float64) int64 {
	return int64(float64(bytes)*tokensPerWord/bytesPerToken) + 5*int64(messages)
}

// sleep reports whether the time passed before ctx was done.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *server) Send(ctx context.Context, r *chat.Request, first func(time.Time)) chat.Exchange {
	a := s.begin(r)
	if a.deaf {
		ctx = context.WithoutCancel(ctx)
	}
	x := chat.Exchange{ID: r.ID, Outcome: chat.OK, Reused: a.setUp == 0}
	x.Started = time.Now()
	if s.tooLong(a.input + int64(r.MaxTokens)) {
		x.Cause = chat.CauseContextOverflow
		return s.end(x, chat.Rejected)
	}
	if !sleep(ctx, a.setUp) {
		return s.end(x, chat.Cancelled)
	}
	x.Connected = time.Now()
	x.Sent = int64(a.bytes)
	if a.ttft > 0 {
		if !sleep(ctx, a.ttft) {
			return s.end(x, chat.Cancelled)
		}
		x.FirstToken = time.Now()
		x.LastToken = x.FirstToken
		first(x.FirstToken)
	}
	if !sleep(ctx, a.duration) {
		return s.end(x, chat.Cancelled)
	}
	if a.outcome != "" {
		x.RateLimit.RetryAfter = a.retry
		return s.end(x, a.outcome)
	}
	x.LastToken, x.Recall = time.Now(), a.recall
	x.Whole = evenly(x.FirstToken, x.LastToken, int(a.output))
	x.Usage.Input, x.Usage.Output = chat.Counted(s.reported(a.input)), chat.Counted(a.output)
	return s.end(x, chat.OK)
}

// evenly are the receipts of an answer with an event for each token and a read for each event.
func evenly(first, last time.Time, tokens int) chat.Receipts {
	return chat.Receipts{Reads: tokens, Events: tokens, FirstEvents: 1, First: first, Last: last}
}

func (s *server) begin(r *chat.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	s.sent++
	s.most = max(s.most, s.open)
	a := answer{
		ttft:     time.Duration((0.3 + s.random.ExpFloat64()) * float64(time.Second)),
		duration: time.Duration(r.MaxTokens) * 20 * time.Millisecond,
		output:   int64(r.MaxTokens),
	}
	if s.answer != nil {
		a = s.answer(r)
	}
	a.bytes = promptBytes(r.Conversation, 0)
	a.input, a.deaf = tokenize(a.bytes, r.Conversation.Len(), s.tokensPerWord), s.deaf
	return a
}

func (s *server) tooLong(tokens int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.window > 0 && tokens > s.window
}

func (s *server) reported(tokens int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.report == nil {
		return tokens
	}
	return s.report(tokens)
}

func (s *server) end(x chat.Exchange, o chat.Outcome) chat.Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	x.End, x.Outcome = time.Now(), o
	if o != chat.OK {
		x.Err = errors.New("as scripted")
	}
	return x
}

func (s *server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed++
	if s.open > 0 {
		panic(fmt.Sprintf("closed with %d exchanges open", s.open))
	}
}

// journal is an Observer that keeps everything.
type journal struct {
	mu     sync.Mutex
	events []Event
	at     []time.Time
}

func (j *journal) Observe(e Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, e)
	j.at = append(j.at, time.Now())
}

func (j *journal) all() []Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Event(nil), j.events...)
}

// of keeps the events of one kind.
func of[E Event](events []Event) (out []E) {
	for _, e := range events {
		if e, ok := e.(E); ok {
			out = append(out, e)
		}
	}
	return out
}

// The corpus and the estimates of the profiles are made once for all tests: they take most of a short
// test's time.
var (
	testCorpus    = sync.OnceValue(func() *workload.Corpus { return workload.NewCorpus("test") })
	testEstimates = sync.OnceValue(func() *workload.Estimates { return new(workload.Estimates) })
)

// newTestProber is New with what has been made already.
func newTestProber(o Options) *Prober {
	o.Estimates = testEstimates()
	return newProber(o, testCorpus())
}

// example is a valid target of a profile.
func example(name, profile string) Target {
	t, err := DefaultTarget(profile)
	if err != nil {
		panic(err)
	}
	t.Name, t.URL, t.API, t.Model = name, "http://127.0.0.1:1/v1", chat.OpenAIChat, "m"
	if profile == ProfileLoad {
		t.Load.Until = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t
}
