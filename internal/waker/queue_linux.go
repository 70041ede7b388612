package waker

import "time"

// queued is a timer of a Waker, whose lock guards at and place.
type queued struct {
	waker *Waker
	at    time.Time
	place int // in the queue, -1 when off
	c     chan time.Time
}

// queue is a heap.Interface, the earliest timer first.
type queue []*queued

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

// Push implements heap.Interface.
func (q *queue) Push(x any) {
	t, _ := x.(*queued)
	t.place = len(*q)
	*q = append(*q, t)
}

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	old := *q
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	t.place = -1
	return t
}
