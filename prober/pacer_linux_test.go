package prober

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

func newTestPacer(tb testing.TB) *Pacer {
	tb.Helper()
	p, err := NewPacer()
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// Alarms ring in their order, none before its instant, moved ones at the new one and stopped ones
// never.
func TestPacer(t *testing.T) {
	p := newTestPacer(t)
	start := time.Now()
	const n = 100
	var wg sync.WaitGroup
	for i := range n {
		a := p.Alarm()
		due := start.Add(time.Duration(rand.IntN(50)) * time.Millisecond)
		a.Set(due.Add(time.Hour))
		if i%2 == 0 {
			a.Set(due.Add(-time.Minute)) // rings at once, and must be forgotten
		}
		a.Set(due)
		wg.Go(func() {
			for range 3 {
				<-a.C()
				if now := time.Now(); now.Before(due) {
					t.Errorf("rang %v early", due.Sub(now))
				}
				due = due.Add(2 * time.Millisecond)
				a.Set(due)
			}
			a.Stop()
		})
	}
	never := p.Alarm()
	never.Set(start.Add(5 * time.Millisecond))
	never.Stop()
	never.Stop()
	wg.Wait()
	select {
	case <-never.C():
		t.Error("a stopped alarm rang")
	default:
	}
	if len(p.queue) != 0 {
		t.Errorf("%d alarms left", len(p.queue))
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	a := p.Alarm()
	a.Set(time.Now()) // on a closed pacer nothing happens
	a.Stop()
}

func TestPacerRingsThePastAtOnce(t *testing.T) {
	p := newTestPacer(t)
	defer p.Close()
	a := p.Alarm()
	for range 3 {
		a.Set(time.Time{})
		<-a.C()
	}
}

// BenchmarkAlarm reports how late alarms ring: the pacer's against the runtime's.
func BenchmarkAlarm(b *testing.B) {
	p := newTestPacer(b)
	defer p.Close()
	for _, row := range []struct {
		name  string
		alarm Alarm
	}{{"pacer", p.Alarm()}, {"timer", newTimerAlarm()}} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			var late []float64
			for b.Loop() {
				due := time.Now().Add(time.Duration(500+rand.IntN(3000)) * time.Microsecond)
				row.alarm.Set(due)
				<-row.alarm.C()
				late = append(late, float64(time.Since(due).Microseconds()))
			}
			slices.Sort(late)
			b.ReportMetric(late[len(late)/2], "p50-µs")
			b.ReportMetric(late[len(late)*99/100], "p99-µs")
		})
		row.alarm.Stop()
	}
}
