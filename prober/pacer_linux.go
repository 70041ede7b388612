package prober

import (
	"container/heap"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// Pacer rings the alarms of all loops to some ten microseconds. It is a timerfd (timerfd_create(2))
// that the runtime polls like a connection, so that its expiry wakes the process as a packet would, and
// no thread spins or is held back:
//
//	alarms ─ heap ─► earliest ─► timerfd ─► epoll ─► run ─► every alarm that is due
type Pacer struct {
	file  *os.File
	ended chan struct{}

	mu     sync.Mutex
	fd     uintptr // of file, which must not be asked for it: that would make it blocking
	closed bool
	armed  time.Time // zero when the timer is off
	queue  alarms
}

// NewPacer starts its goroutine, which Close ends.
func NewPacer() (*Pacer, error) {
	fd, _, errno := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, clockMonotonic, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		return nil, fmt.Errorf("creating a timer: %w", errno)
	}
	p := &Pacer{file: os.NewFile(fd, "timerfd"), fd: fd, ended: make(chan struct{})}
	go p.run()
	return p, nil
}

// Close waits for the goroutine. Alarms ring no more.
func (p *Pacer) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	err := p.file.Close()
	<-p.ended
	return err
}

// Alarm is a new one, which is off.
func (p *Pacer) Alarm() Alarm { return &paced{pacer: p, place: -1, c: make(chan time.Time, 1)} }

func (p *Pacer) run() {
	defer close(p.ended)
	var expirations [8]byte
	for {
		if _, err := p.file.Read(expirations[:]); err != nil {
			return // closed
		}
		p.ring(time.Now())
	}
}

// ring rings what is due and sets the timer for what is next.
func (p *Pacer) ring(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = time.Time{}
	for len(p.queue) > 0 && !p.queue[0].at.After(now) {
		a := p.queue[0]
		heap.Pop(&p.queue)
		a.c <- now // it has room: what was in it left when the alarm was set
	}
	p.arm()
}

// arm sets the timer for the earliest alarm, in the lock. An earlier expiry than needed, left by an
// alarm that was moved, only rings nothing.
func (p *Pacer) arm() {
	if p.closed || len(p.queue) == 0 || !p.armed.IsZero() && !p.queue[0].at.Before(p.armed) {
		return
	}
	p.armed = p.queue[0].at
	spec := [2]syscall.Timespec{1: syscall.NsecToTimespec(int64(max(time.Until(p.armed), 1)))} // 0 would switch it off
	_, _, _ = syscall.Syscall6(syscall.SYS_TIMERFD_SETTIME, p.fd, 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
}

const clockMonotonic = 1 // of time.h, the clock of time.Until

// paced is an alarm of a Pacer, whose lock guards at and place.
type paced struct {
	pacer *Pacer
	at    time.Time
	place int // in the queue, -1 when off
	c     chan time.Time
}

// Set implements Alarm.
func (a *paced) Set(at time.Time) {
	a.pacer.mu.Lock()
	defer a.pacer.mu.Unlock()
	select {
	case <-a.c: // rang for the instant before
	default:
	}
	a.at = at
	if a.place < 0 {
		heap.Push(&a.pacer.queue, a)
	} else {
		heap.Fix(&a.pacer.queue, a.place)
	}
	a.pacer.arm()
}

// C implements Alarm.
func (a *paced) C() <-chan time.Time { return a.c }

// Stop implements Alarm.
func (a *paced) Stop() {
	a.pacer.mu.Lock()
	defer a.pacer.mu.Unlock()
	if a.place >= 0 {
		heap.Remove(&a.pacer.queue, a.place)
	}
}

// alarms is a heap.Interface, the earliest first.
type alarms []*paced

func (q alarms) Len() int           { return len(q) }
func (q alarms) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q alarms) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

// Push implements heap.Interface.
func (q *alarms) Push(x any) {
	a, _ := x.(*paced)
	a.place = len(*q)
	*q = append(*q, a)
}

// Pop implements heap.Interface.
func (q *alarms) Pop() any {
	old := *q
	a := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	a.place = -1
	return a
}
