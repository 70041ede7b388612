//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/waker"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// streamReport is what a client measured of one stream. Instants are nanoseconds of CLOCK_MONOTONIC.
type streamReport struct {
	ID          string `json:"id"`
	First       int64  `json:"first"` // the first token's instant
	Last        int64  `json:"last"`  // the last token's instant
	Read        int64  `json:"read"`  // the instant at which the process had the first token
	Events      int    `json:"events"`
	Shared      bool   `json:"shared"`       // the client says that the first token did not come alone
	ScheduleLag int64  `json:"schedule_lag"` // -1: the client does not pace
	Start       int64  `json:"start"`        // the time to first token counts from here; with a large body only
	Sent        int64  `json:"sent"`         // the client believes that the body is sent; with a large body only
	Error       string `json:"error,omitempty"`
}

// report is the output of a client.
type report struct {
	Streams []streamReport `json:"streams"`
	CPU     float64        `json:"cpu"`  // seconds, from before the first connection to the end
	Bare    int64          `json:"bare"` // resident bytes before the first connection
	Idle    int64          `json:"idle"` // resident bytes while all streams wait for their first token
	Peak    int64          `json:"peak"` // resident bytes at the end
}

// runFirsttoken runs firsttoken's own client: chat.Client, started on time by waker.Waker.
func runFirsttoken(ctx context.Context, p plan) error {
	client, err := chat.NewClient(endpoint(p), chat.Options{Version: "bench"})
	if err != nil {
		return err
	}
	wake, err := waker.New()
	if err != nil {
		return err
	}
	c, start := newClock(), time.Now().Add(100*time.Millisecond)
	r := report{Streams: make([]streamReport, p.Streams), Bare: resident()}
	before := cpu()
	time.AfterFunc(time.Until(start.Add(p.Ramp+p.Delay/10)), func() { r.Idle = resident() })
	var streams sync.WaitGroup
	for i := range p.Streams {
		streams.Go(func() {
			due := start.Add(p.Ramp * time.Duration(i) / time.Duration(p.Streams))
			timer := wake.Timer()
			timer.Set(due)
			<-timer.C()
			r.Streams[i] = send(ctx, client, c, i, due)
		})
	}
	streams.Wait()
	r.CPU, r.Peak = cpu()-before, resident()
	client.Close()
	return errors.Join(json.NewEncoder(os.Stdout).Encode(r), wake.Close())
}

func endpoint(p plan) chat.Endpoint {
	e := chat.DefaultEndpoint()
	e.URL, e.API, e.Model = "http://"+p.Address+"/v1", chat.OpenAIChat, "m"
	if p.Secure {
		e.URL = "https://" + p.Address + "/v1"
		e.HTTP.TLSConfig = config.TLSConfig{InsecureSkipVerify: true, MinVersion: config.TLSVersion(tls.VersionTLS13)}
	}
	e.Timeout, e.BatchReads = model.Duration(10*time.Minute), model.Duration(p.Batch)
	return e
}

// requestID is the same for the client and the responder, so that their reports can be joined.
func requestID(i int) string { return fmt.Sprintf("benchtruth%010d", i) }

func send(ctx context.Context, client *chat.Client, c clock, i int, due time.Time) streamReport {
	x := client.Send(ctx, &chat.Request{ID: requestID(i), Session: "bench", MaxTokens: 1, Conversation: ping{}}, nil)
	s := streamReport{ID: x.ID, Events: x.Events, ScheduleLag: int64(x.Started.Sub(due))}
	if x.Err != nil {
		s.Error = x.Err.Error()
		return s
	}
	s.First, s.Last = c.nanoseconds(x.FirstToken), c.nanoseconds(x.LastToken)
	s.Shared = x.FirstShared
	s.Read = s.First + int64(x.ReceiveLag)
	return s
}

// ping is a conversation of one word.
type ping struct{}

func (ping) Tools() []chat.Tool { return nil }
func (ping) Len() int           { return 1 }
func (ping) Message(int) chat.Message {
	return chat.Message{Role: chat.User, Text: chat.Text{[]byte("ping")}}
}

// cpu is the processor time of the process, user and system, in seconds.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for a wrong argument only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// resident is the memory of the process in bytes, 0 if the kernel does not tell.
func resident() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
