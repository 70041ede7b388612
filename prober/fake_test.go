package prober

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// server is a Sender that answers as an endpoint would, in the time of a test's bubble.
type server struct {
	mu     sync.Mutex
	random *rand.Rand
	answer func(*chat.Request) answer // nil: an ordinary good one
	open   int                        // exchanges
	sent   int
	closed int
	deaf   bool // does not hear a cancelled context
}

// answer is what becomes of a request.
type answer struct {
	ttft     time.Duration // 0: no token at all
	duration time.Duration // of the stream, or until it fails
	outcome  chat.Outcome  // empty is ok
	retry    time.Duration // Retry-After
	setUp    time.Duration // of a new connection; 0 is a reused one
	output   int64
	recall   chat.Recall
}

func newServer(seed uint64) *server {
	return &server{random: rand.New(rand.NewPCG(seed, 1))}
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

// tokenize is what a server makes of a prompt: it sees bytes and messages, not our words.
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
	x := chat.Exchange{ID: r.ID, Outcome: chat.OK, Reused: a.setUp == 0}
	x.Started = time.Now()
	if !s.wait(ctx, a.setUp) {
		return s.end(x, chat.Cancelled)
	}
	x.Connected = time.Now()
	if a.ttft > 0 {
		if !s.wait(ctx, a.ttft) {
			return s.end(x, chat.Cancelled)
		}
		x.FirstToken = time.Now()
		x.LastToken = x.FirstToken
		first(x.FirstToken)
	}
	if !s.wait(ctx, a.duration) {
		return s.end(x, chat.Cancelled)
	}
	if a.outcome == "" {
		x.LastToken = time.Now()
		x.Recall = a.recall
		x.Usage.Output = chat.Counted(a.output)
		x.Usage.Input = chat.Counted(tokenize(promptBytes(r.Conversation, 0), r.Conversation.Len(), 1))
		return s.end(x, chat.OK)
	}
	x.RateLimit.RetryAfter = a.retry
	return s.end(x, a.outcome)
}

func (s *server) begin(r *chat.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	s.sent++
	if s.answer != nil {
		return s.answer(r)
	}
	return answer{
		ttft:     time.Duration((0.3 + s.random.ExpFloat64()) * float64(time.Second)),
		duration: time.Duration(r.MaxTokens) * 20 * time.Millisecond,
		output:   int64(r.MaxTokens),
	}
}

func (s *server) wait(ctx context.Context, d time.Duration) bool {
	if s.deaf {
		ctx = context.WithoutCancel(ctx)
	}
	return sleep(ctx, d)
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
