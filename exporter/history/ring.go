package history

import (
	"iter"
	"slices"
)

// ring keeps the newest of the values pushed to it, oldest first from oldest on. It grows with use.
type ring[T any] struct {
	items  []T
	oldest int // its place in items
	n      int // values in use
}

// push adds v; above limit, which is 1 or more, the oldest values go.
func (r *ring[T]) push(v T, limit int) {
	for r.n >= max(1, limit) {
		r.drop()
	}
	if r.n == len(r.items) || len(r.items) > limit {
		r.resize(min(max(4, 2*r.n), limit))
	}
	r.items[(r.oldest+r.n)%len(r.items)] = v
	r.n++
}

// drop takes the oldest value out. There must be one.
func (r *ring[T]) drop() T {
	var none T
	v := r.items[r.oldest]
	r.items[r.oldest] = none
	r.oldest, r.n = (r.oldest+1)%len(r.items), r.n-1
	return v
}

// first is the oldest value. There must be one.
func (r *ring[T]) first() T { return r.items[r.oldest] }

func (r *ring[T]) resize(size int) {
	items := make([]T, size)
	copy(items, r.newest(r.n))
	r.items, r.oldest = items, 0
}

// last walks the last n values or fewer, oldest first.
func (r *ring[T]) last(n int) iter.Seq[T] {
	return func(yield func(T) bool) {
		for i := max(0, r.n-n); i < r.n; i++ {
			if !yield(r.items[(r.oldest+i)%len(r.items)]) {
				return
			}
		}
	}
}

// newest are the last n or fewer, oldest first, in memory of their own.
func (r *ring[T]) newest(n int) []T {
	return slices.AppendSeq(make([]T, 0, min(n, r.n)), r.last(n))
}
