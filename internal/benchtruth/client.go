//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
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

// seen is what a client knows of a stream, in nanoseconds of CLOCK_MONOTONIC.
type seen struct {
	ID          string `json:"id"`
	First       int64  `json:"first"` // as it reports the first token
	Last        int64  `json:"last"`
	Read        int64  `json:"read"` // when its process had the first token
	Events      int    `json:"events"`
	Shared      bool   `json:"shared"`       // says that the first token did not come alone
	ScheduleLag int64  `json:"schedule_lag"` // -1: it does not pace
	Error       string `json:"error,omitempty"`
}

// report is what a client prints.
type report struct {
	Streams []seen  `json:"streams"`
	CPU     float64 `json:"cpu"`  // seconds of the process, from before the first connection to the end
	Bare    int64   `json:"bare"` // resident bytes before the first connection
	Idle    int64   `json:"idle"` // with all streams waiting for their first token
	Peak    int64   `json:"peak"`
}

// measure is firsttoken's own client: chat.Client started by waker.Waker.
func measure(ctx context.Context, p plan) error {
	e := chat.DefaultEndpoint()
	e.URL, e.API, e.Model = "http://"+p.Address+"/v1", chat.OpenAIChat, "m"
	if p.Secure {
		e.URL = "https://" + p.Address + "/v1"
		e.HTTP.TLSConfig = config.TLSConfig{InsecureSkipVerify: true, MinVersion: config.TLSVersion(tls.VersionTLS13)}
	}
	e.Timeout, e.BatchReads = model.Duration(10*time.Minute), model.Duration(p.Batch)
	client, err := chat.NewClient(e, chat.Options{Version: "bench"})
	if err != nil {
		return err
	}
	wake, err := waker.New()
	if err != nil {
		return err
	}
	c, start := newClock(), time.Now().Add(100*time.Millisecond)
	r := report{Streams: make([]seen, p.Streams), Bare: resident()}
	before := cpu()
	time.AfterFunc(time.Until(start.Add(p.Ramp+p.Delay/10)), func() { r.Idle = resident() })
	var streams sync.WaitGroup
	for i := range p.Streams {
		streams.Go(func() {
			due := start.Add(p.Ramp * time.Duration(i) / time.Duration(p.Streams))
			timer := wake.Timer()
			timer.Set(due)
			<-timer.C()
			r.Streams[i] = ask(ctx, client, c, i, due)
		})
	}
	streams.Wait()
	r.CPU, r.Peak = cpu()-before, resident()
	client.Close()
	return errorsOf(json.NewEncoder(os.Stdout).Encode(r), wake.Close())
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// requestID joins a client's streams with the responder's.
func requestID(i int) string { return fmt.Sprintf("benchtruth%010d", i) }

func ask(ctx context.Context, client *chat.Client, c clock, i int, due time.Time) seen {
	x := client.Send(ctx, &chat.Request{ID: requestID(i), Session: "bench", MaxTokens: 1, Conversation: line{}}, nil)
	s := seen{ID: x.ID, Events: x.Events, ScheduleLag: int64(x.Started.Sub(due))}
	if x.Err != nil {
		s.Error = x.Err.Error()
		return s
	}
	s.First, s.Last = c.of(x.FirstToken), c.of(x.LastToken)
	s.Shared = x.FirstShared
	s.Read = s.First + int64(x.ReceiveLag)
	return s
}

type line struct{}

func (line) Tools() []chat.Tool { return nil }
func (line) Len() int           { return 1 }
func (line) Message(int) chat.Message {
	return chat.Message{Role: chat.User, Text: chat.Text{[]byte("ping")}}
}

// cpu is what the process has used, user and system, in seconds.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for a wrong argument only
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// resident is the process's memory in bytes, 0 if the kernel does not say.
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
