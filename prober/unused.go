package prober

import (
	"slices"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/prober/slo"
)

// unusedSlots judges the slots that the endpoint kept the prober from using: it still held earlier requests, or was so
// slow that no session was left. A user who had sent a request in such a slot would have waited all the same, so an
// outage counts in full, and not only as often as MaxInFlight lets requests into it.
//
//	witness        the newest request in flight at the slot's instant
//	availability   as the witness ends
//	ttft           while the witness waits for its first token: good when any request of the target has one within
//	               the threshold of the slot, bad a moment after that threshold otherwise. A witness that had its
//	               first token says nothing of the next one: no event
//
// While all slots are taken, small recovery probes are witnesses too (see recovery), so that slots are good again as
// soon as the endpoint is. Safe for concurrent use: first tokens are told by the goroutines of exchanges.
type unusedSlots struct {
	target       string
	threshold    time.Duration // of ttft; 0 where there is no such objective
	availability bool          // whether that is an objective
	observer     Observer

	mu   sync.Mutex
	open []*unusedSlot
}

// unusedSlot is one whose verdicts are not all known.
type unusedSlot struct {
	due     time.Time
	waiting bool      // for a first token
	witness *inflight // nil once it has ended
}

func newUnusedSlots(t Target, o Observer) *unusedSlots {
	_, availability := t.SLOs[slo.Availability]
	threshold := time.Duration(t.SLOs[slo.TTFT].Threshold * float64(time.Second))
	return &unusedSlots{target: t.Name, threshold: threshold, availability: availability, observer: o}
}

// add takes in a slot that was due at the given instant.
func (u *unusedSlots) add(due time.Time, witness *inflight) {
	u.mu.Lock()
	defer u.mu.Unlock()
	waiting := u.threshold > 0 && !witness.answered.Load()
	u.open = append(u.open, &unusedSlot{due: due, waiting: waiting, witness: witness})
}

// failed takes in a slot that went unused because requests fail one after the other.
func (u *unusedSlots) failed(due time.Time) {
	if u.threshold > 0 {
		u.judged(slo.TTFT, true, due)
	}
	if u.availability {
		u.judged(slo.Availability, true, due)
	}
}

// clear forgets the slots that wait for a verdict.
func (u *unusedSlots) clear() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.open = nil
}

// firstToken tells that some request of the target had its first token.
func (u *unusedSlots) firstToken(at time.Time) {
	u.each(func(s *unusedSlot) {
		if s.waiting && !at.Before(s.due) && !at.After(s.due.Add(u.threshold)) {
			s.waiting = false
			u.judged(slo.TTFT, false, at)
		}
	})
}

// expire gives the verdicts on first tokens that are late by now.
func (u *unusedSlots) expire(now time.Time) {
	u.each(func(s *unusedSlot) {
		if late := s.due.Add(u.threshold); s.waiting && !now.Before(late.Add(slo.Grace)) {
			s.waiting = false
			u.judged(slo.TTFT, true, late)
		}
	})
}

// ended gives the verdicts that waited for the end of a witness. One that is excused excuses its slots too.
func (u *unusedSlots) ended(witness *inflight, r Result) {
	u.each(func(s *unusedSlot) {
		if s.witness != witness {
			return
		}
		s.witness = nil
		if c := r.completion(); u.availability && !c.Excused {
			u.judged(slo.Availability, c.Failed, r.End)
		}
	})
}

// deadline is when expire has something to do; false while nothing waits.
func (u *unusedSlots) deadline() (first time.Time, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, s := range u.open {
		if at := s.due.Add(u.threshold + slo.Grace); s.waiting && (!ok || at.Before(first)) {
			first, ok = at, true
		}
	}
	return first, ok
}

// each calls do for every open slot, under the lock, and forgets those that are settled.
func (u *unusedSlots) each(do func(*unusedSlot)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, s := range u.open {
		do(s)
	}
	u.open = slices.DeleteFunc(u.open, func(s *unusedSlot) bool { return !s.waiting && s.witness == nil })
}

func (u *unusedSlots) judged(n slo.Name, bad bool, at time.Time) {
	u.observer.Observe(Judged{slo.Verdict{Target: u.target, SLO: n, Bad: bad, At: at}})
}
