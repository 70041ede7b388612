package selfcheck

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// Every is the default time between two checks. Each takes some 0.1 ms of processor time.
const Every = 5 * time.Second

// Sample is the outcome of one check.
type Sample struct {
	At time.Time
	// Error is the time to first token as it is reported of any target, less the responder's true
	// delay between the request's arrival and its answer:
	//
	//	Started ─ arrived ──── delay ──── before ─ FirstToken ─ after
	//	   └─────── reported TTFT ─────────────────────┘
	//	             └────── true ──────────┘
	//
	// What remains is the client's: the way from Started to the wire, and from the wire to the stamp.
	// The responder stamps before it writes, so the error includes its write and is rather too large
	// than too small. It is rarely below zero, and then by microseconds.
	Error time.Duration
}

// Options of a Check.
type Options struct {
	Every   time.Duration // 0 is Every
	Observe func(Sample)  // called from one goroutine
	Logger  *slog.Logger
	// Listen and Dial make the loopback; nil is TCP on 127.0.0.1.
	Listen func(context.Context) (net.Listener, error)
	Dial   func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Check probes a responder of its own.
type Check struct {
	options   Options
	responder *responder
	client    *chat.Client
}

// New listens on loopback. Run must be called, and releases everything.
func New(ctx context.Context, o Options) (*Check, error) {
	if o.Every <= 0 {
		o.Every = Every
	}
	if o.Listen == nil {
		o.Listen = func(ctx context.Context) (net.Listener, error) {
			return new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		}
	}
	l, err := o.Listen(ctx)
	if err != nil {
		return nil, fmt.Errorf("starting the self-check: %w", err)
	}
	e := chat.DefaultEndpoint()
	e.URL, e.API, e.Model = "http://"+l.Addr().String()+"/v1", chat.OpenAIChat, "selfcheck"
	e.Timeout, e.StallTimeout = model.Duration(10*time.Second), model.Duration(10*time.Second)
	c, err := chat.NewClient(e, chat.Options{Version: "selfcheck", DialContext: o.Dial})
	if err != nil {
		_ = l.Close() // it was not used
		return nil, fmt.Errorf("starting the self-check: %w", err)
	}
	return &Check{options: o, responder: newResponder(l), client: c}, nil
}

// Run checks until ctx ends.
func (c *Check) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan struct{})
	go func() {
		defer close(served)
		c.responder.serve(ctx)
	}()
	ticker := time.NewTicker(c.options.Every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if s, ok := c.once(ctx); ok {
			c.options.Observe(s)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	cancel()
	c.client.Close()
	<-served
}

// longWrite is how long a write takes in which the responder lost its processor. Its truth is then too
// uncertain.
const longWrite = time.Millisecond

// once makes one check; false when it has no result.
func (c *Check) once(ctx context.Context) (Sample, bool) {
	x := c.client.Send(ctx, request(), nil)
	truth, ok := c.responder.lastTruth()
	switch {
	case x.Outcome == chat.Cancelled:
		return Sample{}, false
	case x.Outcome != chat.OK || !ok:
		c.options.Logger.Warn("self-check failed", "outcome", x.Outcome, "err", x.Err)
		return Sample{}, false
	case !x.Reused, truth.after.Sub(truth.before) > longWrite:
		return Sample{}, false // the first probe of a new connection warms it up
	}
	return Sample{At: x.End, Error: x.FirstToken.Sub(x.Started) - truth.before.Sub(truth.arrived)}, true
}

// request is one line to a server that does not read it.
func request() *chat.Request {
	return &chat.Request{ID: "selfcheck-selfcheck", Session: "selfcheck", MaxTokens: 1, Conversation: line{}}
}

type line struct{}

func (line) Tools() []chat.Tool { return nil }
func (line) Len() int           { return 1 }
func (line) Message(int) chat.Message {
	return chat.Message{Role: chat.User, Text: chat.Text{[]byte("ping")}}
}
