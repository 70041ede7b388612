//go:build unix

package otel

import (
	"context"
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// word is a conversation of one word. A body as large as a real one would make the share of spans smaller.
type word struct{}

func (word) Tools() []chat.Tool { return nil }
func (word) Len() int           { return 1 }
func (word) Message(int) chat.Message {
	return chat.Message{Role: chat.User, Text: chat.Text{[]byte("word")}}
}

const (
	streams = 1000
	tokens  = 250 // in 10 s; a real answer has some 450
)

// BenchmarkThousandStreams compares the processor time of this process with a span of every exchange sent over
// loopback, and without spans. A thousand streams run at once, of 25 tokens per second, read by the real
// client and counted by the real metrics. Rounds go off, on, on, off, so that a machine that becomes slower or
// faster favours neither.
func BenchmarkThousandStreams(b *testing.B) {
	url := startResponder(b)
	b.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url+"/v1/traces")
	settings, err := FromEnvironment(os.Environ())
	if err != nil {
		b.Fatal(err)
	}
	e := chat.DefaultEndpoint()
	e.URL, e.Model = url+"/v1", "m"
	client, err := chat.NewClient(e, chat.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	round(b, client, Settings{}, 2) // connections
	var off, on time.Duration
	for b.Loop() {
		off += round(b, client, Settings{}, tokens)
		on += round(b, client, settings, tokens)
		on += round(b, client, settings, tokens)
		off += round(b, client, Settings{}, tokens)
	}
	rounds := float64(2 * b.N)
	b.ReportMetric(off.Seconds()/rounds, "cpu-s-off")
	b.ReportMetric(on.Seconds()/rounds, "cpu-s-on")
	b.ReportMetric((on.Seconds()/off.Seconds()-1)*100, "%more")
	b.ReportMetric((on-off).Seconds()*1e6/rounds/streams, "cpu-µs/span")
	b.ReportMetric(0, "ns/op")
}

// round is the processor time of a thousand streams, from a quiet process to a quiet process.
func round(b *testing.B, client *chat.Client, s Settings, n int) time.Duration {
	b.Helper()
	reg := prometheus.NewRegistry()
	m, err := metrics.NewTargets(reg, metrics.Options{Traced: s.Traces})
	if err != nil {
		b.Fatal(err)
	}
	m.Observe(prober.Started{Target: testTarget("a")})
	before := processorTime(b)
	t, err := Start(b.Context(), Options{Settings: s, Gatherer: reg, Registerer: reg, Logger: quiet()})
	if err != nil {
		b.Fatal(err)
	}
	observer := t.Before(m)
	observer.Observe(prober.Started{Target: testTarget("a")})
	var flying sync.WaitGroup
	for i := range streams {
		flying.Go(func() {
			turn := workload.Turn{Session: fmt.Sprint(i), Phase: workload.Warm, Tokens: 10}
			r := prober.Result{Target: "a", Scheduled: time.Now(), Turn: turn}
			r.Exchange = client.Send(b.Context(), &chat.Request{ID: idOf(i), Conversation: word{}, MaxTokens: n}, nil)
			if r.Outcome != chat.OK {
				b.Error(r.Outcome, r.Err)
			}
			observer.Observe(r)
		})
	}
	flying.Wait()
	t.Close(context.Background())
	if t.spans != nil && t.spans.exporter.free.Load() != int64(s.queue) {
		b.Error("not all spans were sent")
	}
	return processorTime(b) - before
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSpanSent measures the processor time of a span from Observe to the collector's answer. Divided by
// the cost of a stream (cpu-s-off of the benchmark above, over 1,000) it is the same ratio with less noise.
func BenchmarkSpanSent(b *testing.B) {
	b.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", startResponder(b)+"/v1/traces")
	settings, err := FromEnvironment(os.Environ())
	if err != nil {
		b.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	t, err := Start(b.Context(), Options{Settings: settings, Gatherer: reg, Registerer: reg, Logger: quiet()})
	if err != nil {
		b.Fatal(err)
	}
	defer t.Close(context.Background())
	observer := t.Before(ignorant{})
	observer.Observe(prober.Started{Target: testTarget("a")})
	before, sent := processorTime(b), 0
	for b.Loop() {
		observer.Observe(good(sent))
		if sent++; sent%1000 == 0 {
			if err := t.spans.processor.ForceFlush(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(sent), "cpu-µs/span")
	if free := t.spans.exporter.free.Load(); free < int64(settings.queue-1000) {
		b.Errorf("%d slots free of %d", free, settings.queue)
	}
}
