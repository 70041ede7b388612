package history

// ring keeps the newest of the values pushed to it. It grows with use, and never above its limit.
type ring[T any] struct {
	items []T
	next  int // where the oldest is, once it is full
}

// push adds v; above limit the oldest value goes. A limit that is smaller than before takes effect at once.
func (r *ring[T]) push(v T, limit int) {
	if len(r.items) > limit {
		r.items = append(make([]T, 0, limit), r.newest(limit)...)
		r.next = 0
	}
	if len(r.items) < limit {
		if r.next != 0 { // it was full under a smaller limit: unroll it
			r.items, r.next = r.newest(len(r.items)), 0
		}
		r.items = append(r.items, v)
		return
	}
	r.items[r.next] = v
	r.next = (r.next + 1) % len(r.items)
}

// newest are the last n or fewer, oldest first, in memory of their own.
func (r *ring[T]) newest(n int) []T {
	n = min(n, len(r.items))
	out := make([]T, 0, n)
	for i := len(r.items) - n; i < len(r.items); i++ {
		out = append(out, r.items[(r.next+i)%len(r.items)])
	}
	return out
}
