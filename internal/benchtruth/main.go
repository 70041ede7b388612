//go:build linux

// Command benchtruth measures how far measurements of a stream's first token are off, and what they
// cost: firsttoken's own client, a client of nothing but epoll, and a Python client on aiohttp run in
// turn against a responder that knows when it wrote. `make bench-truth` runs it with its defaults.
//
//	benchtruth ─┬─ responder (process)   stamps CLOCK_MONOTONIC before and after each write
//	            ├─ client (process)      reports its instants of the same clock, and its own rusage
//	            └─ joins them by request id; samples whose write took too long are dropped and counted
//
// Everything is on loopback and bounded in time; nothing is written but the table on stdout. It knows
// nothing of targets, schedules and Prometheus. Linux only.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// plan is one run, as its processes are told.
type plan struct {
	Streams int
	Events  int           // of each stream
	Rate    float64       // events per second of each stream
	Delay   time.Duration // from the request to the first token
	Ramp    time.Duration // over which the streams start
	Secure  bool
	Batch   time.Duration
	Address string // of the responder
}

// length bounds a run.
func (p plan) length() time.Duration {
	return p.Ramp + p.Delay + time.Duration(float64(p.Events)/p.Rate*float64(time.Second))
}

// flags are what a person may choose.
type flags struct {
	streams string
	seconds float64
	rate    float64
	plain   bool
	secure  bool
	python  string
	batch   time.Duration
	bracket time.Duration
	busy    int
	clients string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "benchtruth:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}

func run(ctx context.Context) error {
	if role := os.Getenv(roleVariable); role != "" {
		return act(ctx, role)
	}
	f := flags{}
	flag.StringVar(&f.streams, "streams", "10,100,1000,3000,5000", "numbers of concurrent streams, one run of each client for each")
	flag.Float64Var(&f.seconds, "seconds", 10, "length of each stream")
	flag.Float64Var(&f.rate, "rate", 25, "token events per second of each stream; 20 for 3,000 streams and more")
	flag.BoolVar(&f.plain, "plain", true, "run over plain HTTP")
	flag.BoolVar(&f.secure, "tls", true, "run over TLS")
	flag.StringVar(&f.python, "python", "python3", "Python with aiohttp")
	flag.DurationVar(&f.batch, "batch", 100*time.Millisecond, "batch_reads of the batching run")
	flag.DurationVar(&f.bracket, "bracket", 50*time.Microsecond, "samples whose write took longer are dropped")
	flag.IntVar(&f.busy, "busy", 0, "processes that burn processor time meanwhile")
	flag.StringVar(&f.clients, "clients", "firsttoken,batching,epoll,aiohttp", "clients to run")
	flag.Parse()
	return f.table(ctx)
}

// plans are the runs that were asked for.
func (f flags) plans() ([]plan, error) {
	var all []plan
	for _, secure := range []bool{false, true} {
		if secure && !f.secure || !secure && !f.plain {
			continue
		}
		for _, s := range strings.Split(f.streams, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(s))
			if err != nil || n <= 0 {
				return nil, fmt.Errorf("streams: %q is no number of streams", s)
			}
			rate := f.rate
			if n >= 3000 {
				rate = min(rate, 20)
			}
			ramp := max(time.Second, time.Duration(n)*time.Millisecond)
			all = append(all, plan{
				Streams: n, Rate: rate, Events: max(2, int(f.seconds*rate)), Secure: secure,
				Ramp: ramp, Delay: ramp + 500*time.Millisecond, // all wait idle before the first token comes
			})
		}
	}
	return all, nil
}
