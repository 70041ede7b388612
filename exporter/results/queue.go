package results

import "sync"

// queue holds the lines that wait for the disk. It is bounded by their bytes: a server decides how long a line is, and
// a thousand lines may have one megabyte or ten.
type queue struct {
	limit int           // bytes
	ready chan struct{} // holds a token while the queue may have something to say

	mu     sync.Mutex
	lines  [][]byte
	bytes  int
	closed bool
}

func newQueue(limit int) *queue { return &queue{limit: limit, ready: make(chan struct{}, 1)} }

// push never waits. It says why it does not take a line; "" means that it does.
func (q *queue) push(line []byte) Loss {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return LossShutdown
	case q.bytes+len(line) > q.limit:
		return LossQueueFull
	}
	q.lines, q.bytes = append(q.lines, line), q.bytes+len(line)
	q.wake()
	return ""
}

// pop takes the oldest line, if there is one. more is false once the queue is closed and empty.
func (q *queue) pop() (line []byte, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.lines) == 0 {
		return nil, !q.closed
	}
	line, q.lines[0] = q.lines[0], nil
	q.lines, q.bytes = q.lines[1:], q.bytes-len(line)
	return line, true
}

// close refuses further lines. It reports whether the queue was open.
func (q *queue) close() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	was := !q.closed
	q.closed = true
	q.wake()
	return was
}

// abandon empties a queue and says how many lines it had.
func (q *queue) abandon() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := len(q.lines)
	q.lines, q.bytes = nil, 0
	return n
}

func (q *queue) wake() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}
