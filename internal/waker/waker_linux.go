package waker

import (
	"container/heap"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Waker fires any number of timers to some ten microseconds. It is one timerfd (timerfd_create(2))
// that the runtime polls like a connection, so that its expiry wakes the process as a packet would,
// and no thread spins:
//
//	timers ─ heap ─► earliest ─► timerfd ─► epoll ─► run ─► every timer that is due
//
// When the kernel refuses to set the timerfd, a Go timer takes its place: the timers fire later, but
// they fire. Close reports the refusal.
type Waker struct {
	file  *os.File
	ended chan struct{}

	mu      sync.Mutex
	fd      int // of file. Asking the file for it would make the file blocking.
	closed  bool
	armed   time.Time // zero when the timerfd is off
	queue   queue
	standIn *time.Timer // of the Go runtime; nil unless the kernel refused
	refused error       // the kernel's first
}

// New starts the Waker's goroutine, which Close ends.
func New() (*Waker, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("creating a timerfd: %w", err)
	}
	w := &Waker{file: os.NewFile(uintptr(fd), "timerfd"), fd: fd, ended: make(chan struct{})}
	go w.run()
	return w, nil
}

// Close waits for the goroutine. No timer fires any more.
func (w *Waker) Close() error {
	w.mu.Lock()
	w.closed = true
	if w.standIn != nil {
		w.standIn.Stop()
	}
	refused := w.refused
	w.mu.Unlock()
	err := w.file.Close()
	<-w.ended
	return errors.Join(refused, err)
}

// Timer returns a new timer, which is off.
func (w *Waker) Timer() Timer { return &queued{waker: w, place: -1, c: make(chan time.Time, 1)} }

func (w *Waker) run() {
	defer close(w.ended)
	var expirations [8]byte
	for {
		if _, err := w.file.Read(expirations[:]); err != nil {
			return // closed
		}
		w.fire(time.Now())
	}
}

// fire fires what is due and sets the timerfd for what is next.
func (w *Waker) fire(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	w.armed = time.Time{}
	for len(w.queue) > 0 && !w.queue[0].at.After(now) {
		t := w.queue[0]
		heap.Pop(&w.queue)
		t.c <- now // never blocks: Set has emptied it
	}
	w.arm()
}

// arm sets the timerfd for the earliest timer; the caller holds the lock. A timer that was moved to
// later leaves an expiry behind that is too early, which fires nothing and arms again.
func (w *Waker) arm() {
	if w.closed || len(w.queue) == 0 || !w.armed.IsZero() && !w.queue[0].at.Before(w.armed) {
		return
	}
	w.armed = w.queue[0].at
	wait := max(time.Until(w.armed), 1) // 0 would switch it off
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(wait))}
	if err := unix.TimerfdSettime(w.fd, 0, &spec, nil); err != nil {
		w.armGoTimer(wait, err)
	}
}

// armGoTimer stands in for a timerfd that the kernel refused to set.
func (w *Waker) armGoTimer(wait time.Duration, refused error) {
	if w.standIn != nil {
		w.standIn.Reset(wait)
		return
	}
	w.refused = fmt.Errorf("setting a timerfd, Go's timers are used instead: %w", refused)
	w.standIn = time.AfterFunc(wait, func() { w.fire(time.Now()) })
}

// Set implements Timer.
func (t *queued) Set(at time.Time) {
	t.waker.mu.Lock()
	defer t.waker.mu.Unlock()
	select {
	case <-t.c: // fired for the instant before
	default:
	}
	t.at = at
	if t.place < 0 {
		heap.Push(&t.waker.queue, t)
	} else {
		heap.Fix(&t.waker.queue, t.place)
	}
	t.waker.arm()
}

// C implements Timer.
func (t *queued) C() <-chan time.Time { return t.c }

// Stop implements Timer.
func (t *queued) Stop() {
	t.waker.mu.Lock()
	defer t.waker.mu.Unlock()
	if t.place >= 0 {
		heap.Remove(&t.waker.queue, t.place)
	}
}
