package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// inFlightCounts counts the requests that are out, for the demo's screen: the first answers take a while,
// and a person wants to see that something is under way.
type inFlightCounts struct {
	mu sync.Mutex
	by map[string]*atomic.Int64
}

func newInFlightCounts() *inFlightCounts { return &inFlightCounts{by: map[string]*atomic.Int64{}} }

func (f *inFlightCounts) of(target string) int64 { return f.count(target).Load() }

func (f *inFlightCounts) count(target string) *atomic.Int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.by[target]
	if !ok {
		n = new(atomic.Int64)
		f.by[target] = n
	}
	return n
}

// connect is a connector whose senders are counted.
func (f *inFlightCounts) connect(t prober.Target) (prober.Sender, error) {
	s, err := connect(t)
	if err != nil {
		return nil, err
	}
	return countedSender{s, f.count(t.Name)}, nil
}

type countedSender struct {
	prober.Sender
	out *atomic.Int64
}

func (s countedSender) Send(ctx context.Context, r *chat.Request, first func(time.Time)) chat.Exchange {
	s.out.Add(1)
	defer s.out.Add(-1)
	return s.Sender.Send(ctx, r, first)
}
