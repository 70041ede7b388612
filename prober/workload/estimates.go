package workload

import "sync"

// Estimates computes the estimate of each shape once, since most targets share a few shapes. It may be used by several
// goroutines. The zero value is ready; nil computes anew each time.
type Estimates struct {
	mu    sync.Mutex
	known map[Shape]Estimate
}

// Of is the estimate of a shape.
func (e *Estimates) Of(s Shape) Estimate {
	if e == nil {
		return s.Estimate()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	estimate, known := e.known[s]
	if !known {
		if e.known == nil {
			e.known = map[Shape]Estimate{}
		}
		estimate = s.Estimate()
		e.known[s] = estimate
	}
	return estimate
}
