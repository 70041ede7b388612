package waker

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func newTestWaker(tb testing.TB) *Waker {
	tb.Helper()
	w, err := New()
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// Timers fire in their order, none before its instant, moved ones at the new one and stopped ones
// never.
func TestWaker(t *testing.T) {
	w := newTestWaker(t)
	start := time.Now()
	const n = 100
	var wg sync.WaitGroup
	for i := range n {
		timer := w.Timer()
		due := start.Add(time.Duration(rand.IntN(50)) * time.Millisecond)
		timer.Set(due.Add(time.Hour))
		if i%2 == 0 {
			timer.Set(due.Add(-time.Minute)) // fires at once, and must be forgotten
		}
		timer.Set(due)
		wg.Go(func() {
			for range 3 {
				<-timer.C()
				if now := time.Now(); now.Before(due) {
					t.Errorf("fired %v early", due.Sub(now))
				}
				due = due.Add(2 * time.Millisecond)
				timer.Set(due)
			}
			timer.Stop()
		})
	}
	never := w.Timer()
	never.Set(start.Add(5 * time.Millisecond))
	never.Stop()
	never.Stop()
	wg.Wait()
	select {
	case <-never.C():
		t.Error("a stopped timer fired")
	default:
	}
	if len(w.queue) != 0 {
		t.Errorf("%d timers left", len(w.queue))
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	timer := w.Timer()
	timer.Set(time.Now()) // on a closed Waker nothing happens
	timer.Stop()
}

func TestWakerFiresThePastAtOnce(t *testing.T) {
	w := newTestWaker(t)
	defer w.Close()
	timer := w.Timer()
	for range 3 {
		timer.Set(time.Time{})
		<-timer.C()
	}
}

// A kernel that does not set the timerfd costs precision, no wake-up, and is reported.
func TestWakerWithoutTimerfd(t *testing.T) {
	w := newTestWaker(t)
	w.fd = -1
	timer := w.Timer()
	for range 3 {
		due := time.Now().Add(time.Millisecond)
		timer.Set(due.Add(time.Hour))
		timer.Set(due)
		<-timer.C()
		if now := time.Now(); now.Before(due) {
			t.Errorf("fired %v early", due.Sub(now))
		}
	}
	timer.Set(time.Now().Add(time.Hour))
	if err := w.Close(); !errors.Is(err, unix.EBADF) {
		t.Errorf("closed with %v, want %v", err, unix.EBADF)
	}
}

// BenchmarkTimer reports how late timers fire: the Waker's against the runtime's.
func BenchmarkTimer(b *testing.B) {
	w := newTestWaker(b)
	defer w.Close()
	for _, row := range []struct {
		name  string
		timer Timer
	}{{"waker", w.Timer()}, {"go", GoTimer()}} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			var late []float64
			for b.Loop() {
				due := time.Now().Add(time.Duration(500+rand.IntN(3000)) * time.Microsecond)
				row.timer.Set(due)
				<-row.timer.C()
				late = append(late, float64(time.Since(due).Microseconds()))
			}
			slices.Sort(late)
			b.ReportMetric(late[len(late)/2], "p50-µs")
			b.ReportMetric(late[len(late)*99/100], "p99-µs")
		})
		row.timer.Stop()
	}
}
