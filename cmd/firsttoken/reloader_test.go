package main

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// reloads is a reloader in a bubble, and when it has reloaded.
type reloads struct {
	*reloader
	signals chan os.Signal
	changes atomic.Bool
	err     error
	at      []time.Duration
	cancel  context.CancelFunc
}

func newReloads(t *testing.T, every time.Duration) *reloads {
	t.Helper()
	r := &reloads{reloader: newReloader(every), signals: make(chan os.Signal, 1)}
	began := time.Now()
	r.load = func(context.Context) error {
		r.at = append(r.at, time.Since(began))
		r.changes.Store(false)
		return r.err
	}
	r.changed, r.signal = r.changes.Load, func() {}
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	go r.run(ctx, r.signals)
	return r
}

func (r *reloads) expect(t *testing.T, want ...time.Duration) {
	t.Helper()
	synctest.Wait()
	if len(r.at) != len(want) {
		t.Fatalf("reloads at %v, want %v", r.at, want)
	}
	for i := range want {
		if r.at[i] != want[i] {
			t.Errorf("reloads at %v, want %v", r.at, want)
		}
	}
}

// TestBurstsAreOneReload sends a burst, and then signals without a pause.
func TestBurstsAreOneReload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newReloads(t, 0)
		for range 100 { // for 100 ms
			r.signals <- syscall.SIGHUP
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Hour)
		first := 99*time.Millisecond + quietFor
		r.expect(t, first)
		began := 100*time.Millisecond + time.Hour
		for range 57 { // for 4 s
			r.signals <- syscall.SIGHUP
			time.Sleep(70 * time.Millisecond)
		}
		time.Sleep(time.Hour)
		next := began + 29*70*time.Millisecond // the first signal after a reload
		r.expect(t, first, began+waitAtMost, next+waitAtMost)
		r.cancel()
		synctest.Wait()
	})
}

// TestEachWhoAsksIsAnswered asks from two sides at once.
func TestEachWhoAsksIsAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newReloads(t, 0)
		r.err = errors.New("bad file")
		answers := make(chan error, 2)
		for range 2 {
			go func() { answers <- r.ask(t.Context()) }()
		}
		for range 2 {
			if err := <-answers; !errors.Is(err, r.err) {
				t.Errorf("answered %v, want %v", err, r.err)
			}
		}
		r.expect(t, quietFor)
		go func() { answers <- r.ask(t.Context()) }()
		synctest.Wait()
		r.cancel() // in the middle of the burst
		if err := <-answers; !errors.Is(err, errEnding) {
			t.Errorf("at the end: %v", err)
		}
		if err := r.ask(t.Context()); !errors.Is(err, errEnding) {
			t.Errorf("after the end: %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := newReloader(0).ask(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("from nobody: %v", err)
		}
	})
}

// TestChangesAreLookedFor looks every 30 seconds, or not at all.
func TestChangesAreLookedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, never := newReloads(t, 30*time.Second), newReloads(t, 0)
		time.Sleep(40 * time.Second)
		r.changes.Store(true)
		never.changes.Store(true)
		time.Sleep(time.Hour)
		r.expect(t, time.Minute+quietFor)
		never.expect(t)
		r.cancel()
		never.cancel()
		synctest.Wait()
	})
}
