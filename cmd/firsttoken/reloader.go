package main

import (
	"context"
	"errors"
	"os"
	"time"
)

// A reload waits until nobody has asked for another one for a moment, so that a burst of signals, requests and changes
// of the file is one reload. It does not wait for ever.
const (
	quietFor   = 250 * time.Millisecond
	waitAtMost = 2 * time.Second
)

// errEnding answers who asks for a reload while the process ends.
var errEnding = errors.New("the process is about to end")

// reloader decides when the configuration is loaded again: on a signal, when it is asked, and when the file has
// changed.
//
// Looking at the file's bytes at an interval is Prometheus' way (auto-reload-config), too. Notifications of the kernel
// would be quicker, but they do not exist on NFS, they are lost where the kernel's limit of watches is reached, and
// they name an inode, which the `..data` link of a ConfigMap exchanges.
type reloader struct {
	load    func(context.Context) error
	changed func() bool
	signal  func()            // is called at each signal, at once
	every   time.Duration     // how often changed is asked; 0 is never
	asked   chan chan<- error // each is answered with the result of the reload
	ended   chan struct{}     // closed when run has returned
}

func newReloader(every time.Duration) *reloader {
	return &reloader{every: every, asked: make(chan chan<- error), ended: make(chan struct{})}
}

// run reloads until ctx ends. load logs and counts a failure; only who asked needs to be told.
func (r *reloader) run(ctx context.Context, signals <-chan os.Signal) {
	defer close(r.ended)
	look, stop := ticks(r.every)
	defer stop()
	var b burst
	for {
		select {
		case <-ctx.Done():
			b.end(errEnding)
			return
		case <-signals:
			r.signal()
			b.add(nil)
		case who := <-r.asked:
			b.add(who)
		case <-look:
			if r.changed() {
				b.add(nil)
			}
		case <-b.due():
			b.end(r.load(ctx))
		}
	}
}

// ask asks for a reload and waits for its result.
func (r *reloader) ask(ctx context.Context) error {
	result := make(chan error, 1)
	select {
	case r.asked <- result:
	case <-r.ended:
		return errEnding
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func ticks(every time.Duration) (<-chan time.Time, func()) {
	if every <= 0 {
		return nil, func() {}
	}
	t := time.NewTicker(every)
	return t.C, t.Stop
}

// burst is some requests that one reload will answer.
type burst struct {
	began time.Time
	timer *time.Timer // nil while there are none
	who   []chan<- error
}

// add takes in a request; who is nil where nobody waits for the result.
func (b *burst) add(who chan<- error) {
	now := time.Now()
	if b.timer == nil {
		b.began, b.timer = now, time.NewTimer(quietFor)
	}
	if who != nil {
		b.who = append(b.who, who)
	}
	b.timer.Reset(min(quietFor, b.began.Add(waitAtMost).Sub(now)))
}

// due is when to reload; never while there are no requests.
func (b *burst) due() <-chan time.Time {
	if b.timer == nil {
		return nil
	}
	return b.timer.C
}

// end tells all who wait how it went.
func (b *burst) end(err error) {
	for _, w := range b.who {
		w <- err
	}
	if b.timer != nil {
		b.timer.Stop()
	}
	*b = burst{}
}
