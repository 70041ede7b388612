package otel

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// hanging is a collector that accepts connections and never answers.
type hanging struct{ asked atomic.Int64 }

func (h *hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	h.asked.Add(1)
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// answering is an endpoint that needs a second and a half for each turn.
type answering struct{}

func (answering) Close() {}

func (answering) Send(ctx context.Context, r *chat.Request, first func(time.Time)) chat.Exchange {
	x := chat.Exchange{ID: r.ID, Reused: true, Status: 200, Outcome: chat.OK}
	x.Started = time.Now()
	x.Connected, x.Written = x.Started, x.Started
	select {
	case <-time.After(500 * time.Millisecond):
	case <-ctx.Done():
		x.Outcome, x.Err, x.End = chat.Cancelled, ctx.Err(), time.Now()
		return x
	}
	x.FirstToken = time.Now()
	first(x.FirstToken)
	time.Sleep(time.Second)
	x.LastToken, x.End = time.Now(), time.Now()
	x.Usage = chat.Usage{Input: chat.Counted(90_000), Output: chat.Counted(400)}
	return x
}

// lagging counts all results, and those that started late.
type lagging struct{ all, late atomic.Int64 }

func (l *lagging) Observe(e prober.Event) {
	if r, ok := e.(prober.Result); ok {
		l.all.Add(1)
		if lag, ok := r.Lag(); ok && lag != 0 {
			l.late.Add(1)
		}
	}
}

// A collector hangs for an hour, with the real prober, the real exporters and simulated time. The waiting spans
// are bounded, no turn is late by a nanosecond, and the shutdown is not delayed.
func TestCollectorHangsForAnHour(t *testing.T) {
	targets := 8
	if testing.Short() {
		targets = 3
	}
	queue := 40 * targets // spans: less than the fleet makes until an export fails
	settings, err := FromEnvironment(environment(t,
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318", fmt.Sprintf("OTEL_BSP_MAX_QUEUE_SIZE=%d", queue)))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		collector, next, reg := &hanging{}, &lagging{}, prometheus.NewPedanticRegistry()
		telemetry, err := Start(t.Context(), Options{
			Settings: settings, Gatherer: reg, Registerer: reg, Logger: quiet(), Transport: collector,
		})
		if err != nil {
			t.Fatal(err)
		}
		p := prober.New(prober.Options{
			Connect:  func(prober.Target) (prober.Sender, error) { return answering{}, nil },
			Observer: telemetry.Before(next), Seed: 1, Version: "test",
		})
		if err := p.Apply(fleet(t, targets)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		heap, running := footprint()
		time.Sleep(40 * time.Minute)
		if grown, more := footprint(); grown > heap+4<<20 || more > running+20 {
			t.Errorf("heap from %d to %d bytes, goroutines from %d to %d", heap, grown, running, more)
		}
		if free := telemetry.spans.exporter.free.Load(); free < 0 || free > int64(queue) {
			t.Errorf("%d slots of %d free", free, queue)
		}
		if err := p.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}

		const bound = time.Second
		ctx, cancel := context.WithTimeout(t.Context(), bound)
		defer cancel()
		asked := time.Now()
		telemetry.Close(ctx)
		if took := time.Since(asked); took > bound {
			t.Errorf("closing took %s of %s", took, bound)
		}
		if all, late := next.all.Load(), next.late.Load(); all < 600*int64(targets) || late != 0 {
			t.Errorf("%d of %d turns were late", late, all)
		}
		if collector.asked.Load() < 60 { // every 30 s for spans and every minute for metrics, at the least
			t.Errorf("the collector was asked %d times", collector.asked.Load())
		}
		accounted(t, telemetry, float64(next.all.Load()))
	})
}

// accounted checks that every turn is counted as kept and then lost, or as dropped at once.
func accounted(t *testing.T, telemetry *Telemetry, turns float64) {
	t.Helper()
	c := telemetry.spans.self
	var kept float64
	for _, r := range []keepReason{keptFailed, keptSlow, keptRevision, keptRatio} {
		kept += testutil.ToFloat64(c.kept.WithLabelValues(string(r)))
	}
	full := testutil.ToFloat64(c.dropped.WithLabelValues(dropQueueFull))
	lost := testutil.ToFloat64(c.dropped.WithLabelValues(dropExportFailed))
	if kept+full != turns || lost != kept || kept == 0 || full == 0 {
		t.Errorf("%v turns: %v kept, of which %v lost, %v without room", turns, kept, lost, full)
	}
	if failures := testutil.ToFloat64(c.failed.WithLabelValues("metrics")); failures < 30 {
		t.Errorf("%v failed pushes", failures)
	}
}

func fleet(t *testing.T, n int) []prober.Target {
	t.Helper()
	var all []prober.Target
	for i := range n {
		target, err := prober.DefaultTarget(prober.ProfileLoad)
		if err != nil {
			t.Fatal(err)
		}
		target.Name, target.URL, target.API, target.Model = fmt.Sprint("t", i), "http://127.0.0.1/v1", chat.OpenAIChat, "m"
		target.Load.Until = time.Now().Add(24 * time.Hour)
		all = append(all, target)
	}
	return all
}

// footprint is the live heap in bytes, and the number of goroutines.
func footprint() (heap uint64, goroutines int) {
	runtime.GC()
	runtime.GC() // what pools hold survives one
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, runtime.NumGoroutine()
}
