package main

import (
	"bufio"
	"encoding/pem"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// expiry is when a certificate of the faults expires, as a share of the whole time.
const expiry = 0.5

// faults lists what goes wrong.
func faults() []*fault {
	return slices.Concat(connectFaults(), resetFaults(), slowFaults(), refusals())
}

// connectFaults are those before there is a connection.
func connectFaults() []*fault {
	noSuchHost := &net.DNSError{Err: "no such host", Name: "h", IsNotFound: true}
	tryAgain := &net.DNSError{Err: "server misbehaving", Name: "h", IsTemporary: true}
	return []*fault{
		{name: "dns-fails", want: []string{"refused/dns"}, dial: fails(noSuchHost)},
		{name: "dns-flaps", want: []string{"ok/", "refused/dns"}, dial: fails(nil, tryAgain), serve: says(0, false, good())},
		{name: "dns-changes", want: []string{"ok/"}, serve: says(0, false, good())}, // another server for each connection
		{
			name: "nobody-listens", want: []string{"refused/connect_refused"},
			dial: fails(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}),
		},
		{
			name: "no-route", want: []string{"refused/connect"},
			dial: fails(&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}),
		},
		{name: "tls-expires", want: []string{"ok/", "refused/tls_expired"}, https: true, serve: says(0, false, good())},
	}
}

// fails has the errors one after the other, again and again.
func fails(errs ...error) func(int) error {
	return func(turn int) error { return errs[turn%len(errs)] }
}

// resetFaults cut the connection, phase by phase of a request.
func resetFaults() []*fault {
	const half = 40
	some := streamHead + chunk(tokenData) + chunk(tokenData)
	lost := []string{"broken/connection_lost"}
	all := []*fault{
		{name: "reset-at-once", want: lost, serve: func(net.Conn, *bufio.Reader, int) {}},
		{name: "reset-in-upload", want: lost, serve: func(_ net.Conn, r *bufio.Reader, _ int) { _, _ = r.Discard(400) }},
		{name: "reset-after-upload", want: lost, serve: says(0, false)},
		{name: "reset-in-headers", want: lost, serve: says(0, false, streamHead[:half])},
		{name: "reset-after-headers", want: lost, serve: says(0, false, streamHead)},
		{name: "reset-in-event", want: lost, serve: says(0, false, streamHead+chunk(tokenData)[:half])},
		{name: "reset-after-tokens", want: lost, serve: says(time.Second, false, some)},
		{name: "reset-after-finish", want: []string{"ok/"}, serve: says(0, false, some+chunk(finishData)+chunk(doneData))},
	}
	for _, f := range all {
		f.reset = true
	}
	return append(all,
		&fault{name: "end-after-tokens", want: []string{"truncated/no_finish"}, serve: says(0, false, some+chunk(""))},
		&fault{name: "end-after-headers", want: []string{"truncated/no_events"}, serve: says(0, false, streamHead+chunk(""))},
	)
}

// slowFaults come to no end, or not to the right one.
func slowFaults() []*fault {
	const slow = 10 * time.Second
	some := streamHead + chunk(tokenData) + chunk(tokenData)
	noToken, tooLong := []string{"timeout/no_first_token"}, []string{"timeout/too_long"}
	bytewise := append([]string{streamHead}, strings.Split(chunk(tokenData), "")...)
	return []*fault{
		{name: "never-answers", want: noToken, serve: says(0, true)},
		{name: "slow-headers", want: noToken, serve: says(slow, true, strings.Split(streamHead, "")...)},
		{name: "slow-event", want: noToken, serve: says(slow, true, bytewise...)},
		{name: "endless-comments", want: noToken, serve: forever(time.Second, streamHead, chunk(": ping\n\n"))},
		{name: "silent-after-tokens", want: []string{"stalled/stalled"}, serve: says(0, true, some)},
		{name: "slow-tokens", want: tooLong, serve: forever(29*time.Second, some, chunk(tokenData))},
		{
			name: "endless-tokens", want: tooLong,
			serve: forever(time.Second, some, chunk(strings.Repeat(tokenData, 100))),
		},
		{name: "gigabyte", want: []string{"broken/malformed"}, rare: true, serve: oneGigabyte},
	}
}

// refusals are responses without a stream.
func refusals() []*fault {
	throttled := []string{"throttled/http_429"}
	return []*fault{
		{name: "throttles", want: throttled, serve: status(429, "Retry-After: 30\r\n", `{"error":{"message":"slow"}}`)},
		{name: "throttles-oddly", want: throttled, serve: status(429, "X-Ratelimit-Reset: NaN\r\nRetry-After: -5\r\n", "")},
		{name: "overloaded", want: []string{"throttled/http_529"}, serve: status(529, "", "")},
		{
			name: "gateway", want: []string{"server_error/http_502"},
			serve: status(502, "", "<html><title>502 Bad Gateway</title></html>"),
		},
		{name: "gateway-times-out", want: []string{"timeout/http_504"}, serve: status(504, "", "")},
	}
}

func good() string {
	return streamHead + strings.Repeat(chunk(tokenData), 20) + chunk(finishData) + chunk(doneData) + chunk("")
}

// TestDayOfFaults plays 24 hours of all faults at once beside good servers, with all observers and a results file on a
// full disk, in simulated time; with -short or under the race detector, one hour. Every fault has its outcome and no
// other, the good servers' probes are on time and all answered, and at the end of the day the heap is as large as
// after two hours.
func TestDayOfFaults(t *testing.T) {
	span, growth := 24*time.Hour, 1.1
	if testing.Short() || raceEnabled {
		span, growth = time.Hour, 1.5 // the history still fills
	}
	lost := &lossCount{}
	file, err := results.Open(results.Options{Path: "/dev/full", Logger: slog.New(slog.DiscardHandler), Losses: lost})
	if err != nil {
		t.Skipf("no /dev/full here, a file on which every write fails for want of space (Linux has one): %v", err)
	}
	synctest.Test(t, func(t *testing.T) { playFaults(t, span, growth, file) })
	if err := file.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if lost.of(results.LossWriteFailed) == 0 || lost.of(results.LossQueueFull) > 0 {
		t.Errorf("losses of the full disk: %v", lost.losses)
	}
}

func playFaults(t *testing.T, span time.Duration, growth float64, file *results.File) {
	t.Helper()
	all := faults()
	n, text := faultyNetwork(t, all, span)
	loaded, err := config.Load(write(t, t.TempDir(), "firsttoken.yml", text))
	if err != nil {
		t.Fatal(err)
	}
	seen := newFaultLog()
	p := prober.New(prober.Options{
		Connect: func(t prober.Target) (prober.Sender, error) {
			return chat.NewClient(t.Endpoint, chat.Options{DialContext: n.dial})
		},
		Observer: append(observersOf(t, loaded.Targets), file, seen), Seed: 1, Version: "test",
	})
	if err := p.Apply(loaded.Targets); err != nil {
		t.Fatal(err)
	}
	time.Sleep(span / 12)
	early := heap()
	time.Sleep(span - span/12)
	late := heap()
	if err := p.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	n.serve.Wait()
	t.Logf("%d results, heap %.1f MiB after a twelfth of the time, %.1f MiB at the end", seen.all, early, late)
	if late > growth*early+1 {
		t.Errorf("the heap grew from %.1f to %.1f MiB", early, late)
	}
	seen.check(t, all, span)
}

// faultyNetwork has a server for each fault and some good ones, and is behind the targets of a configuration.
func faultyNetwork(t *testing.T, all []*fault, span time.Duration) (n *network, configuration string) {
	t.Helper()
	n = &network{faults: map[string]*fault{}, turns: map[string]int{}}
	var der []byte
	n.tls, der = certificate(t, "tls-expires", time.Duration(expiry*float64(span)))
	var text strings.Builder
	text.WriteString(strings.Replace(small,
		"profile: load, until: 2199-01-01T00:00:00Z, tokens_per_minute: 3e6, max_in_flight: 32",
		"profile: watch, tokens_per_minute: 4000", 1) + "targets:\n")
	dir := t.TempDir()
	ca := write(t, dir, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	for _, name := range []string{"good-1", "good-2", "good-3", "good-4"} {
		n.faults[name] = &fault{name: name, serve: answers}
		text.WriteString(target(name, "http://"+name+"/v1", ""))
	}
	for _, f := range all {
		n.faults[f.name] = f
		url, more := "http://"+f.name+"/v1", ""
		if f.https {
			url, more = "https://"+f.name+"/v1", ", http: {tls_config: {ca_file: "+ca+"}}"
		}
		if f.rare {
			more += ", load: {tokens_per_minute: 200}"
		}
		text.WriteString(target(f.name, url, more))
	}
	return n, text.String()
}

// observersOf are those of the daemon, but for spans.
func observersOf(t *testing.T, targets []prober.Target) prober.Observers {
	t.Helper()
	reg, err := metrics.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	m, err := metrics.NewTargets(reg, metrics.Options{Targets: targets})
	if err != nil {
		t.Fatal(err)
	}
	return prober.Observers{m, history.New()}
}

// heap is in MiB, after a collection.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// lossCount counts what the results file lacks.
type lossCount struct {
	mu     sync.Mutex
	losses map[results.Loss]int
}

func (l *lossCount) Lost(why results.Loss, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.losses == nil {
		l.losses = map[results.Loss]int{}
	}
	l.losses[why] += n
}

func (l *lossCount) of(why results.Loss) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.losses[why]
}

// faultLog counts outcomes by target.
type faultLog struct {
	mu   sync.Mutex
	all  int
	of   map[string]map[string]int // by target and outcome/cause
	lags []time.Duration           // of the good targets
	errs map[string]string         // an error of each outcome/cause
}

func newFaultLog() *faultLog {
	return &faultLog{of: map[string]map[string]int{}, errs: map[string]string{}}
}

func (l *faultLog) Observe(e prober.Event) {
	r, ok := e.(prober.Result)
	if !ok || r.Outcome == chat.Cancelled {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all++
	if l.of[r.Target] == nil {
		l.of[r.Target] = map[string]int{}
	}
	key := fmt.Sprintf("%s/%s", r.Outcome, r.Cause)
	l.of[r.Target][key]++
	l.errs[r.Target+key] = fmt.Sprint(r.Err)
	if lag, ok := r.Lag(); ok && strings.HasPrefix(r.Target, "good-") {
		l.lags = append(l.lags, lag)
	}
}

func (l *faultLog) check(t *testing.T, all []*fault, span time.Duration) {
	t.Helper()
	for _, f := range all {
		got := slices.Sorted(maps.Keys(l.of[f.name]))
		if !slices.Equal(got, f.want) {
			t.Errorf("%s: %v (%v), want %v", f.name, l.of[f.name], l.errs[f.name+errorKey(got)], f.want)
		}
	}
	good := 0
	for name, outcomes := range l.of {
		if strings.HasPrefix(name, "good-") {
			good += outcomes["ok/"]
			if len(outcomes) != 1 {
				t.Errorf("%s: %v, want good answers alone", name, outcomes)
			}
		}
	}
	if expected := 4 * span.Minutes(); float64(good) < 0.6*expected {
		t.Errorf("%d good answers, want some %v", good, expected)
	}
	if worst := slices.Max(l.lags); worst > time.Millisecond {
		t.Errorf("a probe of a good target was %s late", worst)
	}
}

func errorKey(got []string) string {
	if len(got) == 0 {
		return ""
	}
	return got[len(got)-1]
}
