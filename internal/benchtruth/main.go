//go:build linux

// Command benchtruth measures the error and the cost of measuring a stream's first token. Three clients run in turn
// against a responder that records when it wrote: firsttoken's own, one that uses epoll directly, and one in Python on
// aiohttp. A second part does so with large bodies, with the whole program in place of its client. `make bench-truth`
// runs both with their defaults.
//
//	benchtruth ─┬─ responder (process)   reads CLOCK_MONOTONIC before and after each write
//	            ├─ client (process)      reports its instants of the same clock, and its own processor time
//	            │   └─ firsttoken        with large bodies: its results file has the instants
//	            └─ joins them by request id; drops and counts samples whose write took too long
//
// Everything runs on loopback and ends in bounded time. It prints its tables; with -write it also puts them into a
// document. It does not know targets, schedules or Prometheus. Linux only.
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

// plan describes one run to its processes.
type plan struct {
	Streams int
	Events  int           // of each stream
	Rate    float64       // events per second of each stream
	Delay   time.Duration // from the request to the first token
	Ramp    time.Duration // over which the streams start
	Secure  bool
	Batch   time.Duration
	Address string // of the responder
	Body    string // file with the body that clients send; empty: one line
	Keep    string // file in which the responder keeps one of the bodies that it gets; empty: none
	Tokens  int    // of the daemon's prompts
	Binary  string // the daemon
}

// large reports whether the run is about large bodies, whose receipt the responder records.
func (p plan) large() bool { return p.Body != "" || p.Keep != "" }

// length is how long a run takes.
func (p plan) length() time.Duration {
	return p.Ramp + p.Delay + time.Duration(float64(p.Events)/p.Rate*float64(time.Second))
}

// flags are the options of the command line.
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

	parts     string
	bodies    string
	requests  int
	perSecond float64
	binary    string
	write     string
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
		return playRole(ctx, role)
	}
	f := flags{}
	flag.StringVar(&f.streams, "streams", "10,100,1000,3000,5000",
		"numbers of concurrent streams; each client runs once for each")
	flag.Float64Var(&f.seconds, "seconds", 10, "length of each stream")
	flag.Float64Var(&f.rate, "rate", 25, "token events per second of each stream; 20 for 3,000 streams and more")
	flag.BoolVar(&f.plain, "plain", true, "run over plain HTTP")
	flag.BoolVar(&f.secure, "tls", true, "run over TLS")
	flag.StringVar(&f.python, "python", "python3", "Python with aiohttp")
	flag.DurationVar(&f.batch, "batch", 100*time.Millisecond, "batch_reads of the batching run")
	flag.DurationVar(&f.bracket, "bracket", 50*time.Microsecond, "samples whose write took longer are dropped")
	flag.IntVar(&f.busy, "busy", 0, "processes that burn processor time during the runs")
	flag.StringVar(&f.clients, "clients", "firsttoken,batching,epoll,aiohttp", "clients to run")
	flag.StringVar(&f.parts, "parts", "streams,bodies", "what to run: many streams, large bodies, or both")
	flag.StringVar(&f.bodies, "bodies", "45000,200000", "tokens of the daemon's prompts; each client runs once for each")
	flag.IntVar(&f.requests, "requests", 400, "requests of a client with a large body")
	flag.Float64Var(&f.perSecond, "per-second", 10, "requests with a large body per second")
	flag.StringVar(&f.binary, "firsttoken", "", "program to run as the daemon; empty: build it")
	flag.StringVar(&f.write, "write", "", "document into which the tables go, between its <!-- benchtruth --> marks")
	flag.Parse()
	return f.run(ctx)
}

// plans are the runs that the flags ask for.
func (f flags) plans() ([]plan, error) {
	var all []plan
	for _, secure := range []bool{false, true} {
		if secure && !f.secure || !secure && !f.plain {
			continue
		}
		for s := range strings.SplitSeq(f.streams, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(s))
			if err != nil || n <= 0 {
				return nil, fmt.Errorf("streams: %q is not a number of streams", s)
			}
			rate := f.rate
			if n >= 3000 {
				rate = min(rate, 20)
			}
			ramp := max(time.Second, time.Duration(n)*time.Millisecond)
			all = append(all, plan{
				Streams: n, Rate: rate, Events: max(2, int(f.seconds*rate)), Secure: secure,
				Ramp: ramp, Delay: ramp + 500*time.Millisecond, // all streams wait before any has its first token
			})
		}
	}
	return all, nil
}
