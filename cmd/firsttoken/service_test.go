package main

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// sends counts requests at the sender.
type sends struct{ n atomic.Int64 }

func (s *sends) connect(t prober.Target) (prober.Sender, error) {
	sender, err := connect(t)
	return countingSender{sender, &s.n}, err
}

type countingSender struct {
	prober.Sender
	n *atomic.Int64
}

func (c countingSender) Send(ctx context.Context, r *chat.Request, first func(time.Time)) chat.Exchange {
	c.n.Add(1)
	return c.Sender.Send(ctx, r, first)
}

// served is a service with its pages, without the command around it.
type served struct {
	cancel context.CancelFunc
	ended  chan error
}

func startWith(t *testing.T, o options, connect connector) *served {
	t.Helper()
	file, err := config.Load(o.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	log, err := program{Stderr: io.Discard}.logger(o)
	if err != nil {
		t.Fatal(err)
	}
	listeners, err := listen(t.Context(), o.ListenAddresses)
	if err != nil {
		t.Fatal(err)
	}
	c, err := probe(context.Background(), file, serviceOptions{options: o, log: log, connect: connect})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	v := &served{cancel: cancel, ended: make(chan error, 1)}
	w := newWebsite(c, o)
	go func() { v.ended <- w.serve(ctx, listeners, func(ctx context.Context) { <-ctx.Done() }) }()
	t.Cleanup(cancel)
	return v
}

func (v *served) stop() error {
	v.cancel()
	return <-v.ended
}

func (r *running) post(path string) (int, string) {
	r.t.Helper()
	return r.request(http.MethodPost, path)
}
