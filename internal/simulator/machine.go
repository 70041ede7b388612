package simulator

import (
	"slices"
	"time"
)

// machine is the engine without a clock. Its owner submits sequences, asks for the time of the next event, and
// advances the machine to that time or later. Events are processed in order, each at its own instant, so a
// late owner slows nothing down.
type machine struct {
	profile  Profile
	script   script
	cache    *cache
	capacity int // blocks

	clock    time.Duration
	stepEnds time.Duration
	busy     bool

	arriving []*sequence // in the frontend, by ready
	waiting  []*sequence // first come, first served
	running  []*sequence // by admission
	counts   engineCounts
}

func newMachine(p Profile, s script) *machine {
	capacity := p.Cache.CapacityTokens / p.Cache.BlockTokens
	return &machine{profile: p, script: s, capacity: capacity, cache: newCache(capacity), counts: newEngineCounts()}
}

// fits reports whether the sequence can ever be admitted.
func (m *machine) fits(s *sequence) bool {
	return s.tokens+s.output <= m.profile.MaxContext && s.blocksNeeded(0, m.profile.Cache.BlockTokens) <= m.capacity
}

// submit adds a sequence at now, which must not be before the machine's clock.
func (m *machine) submit(now time.Duration, s *sequence) {
	f := m.profile.Frontend
	s.submitted = now
	s.ready = now + time.Duration(f.FixedMS*1e6+f.PerTokenUS*1e3*float64(s.tokens))
	at, _ := slices.BinarySearchFunc(m.arriving, s, func(a, b *sequence) int {
		if a.ready <= b.ready {
			return -1 // at the same instant, first come is first served
		}
		return 1
	})
	m.arriving = slices.Insert(m.arriving, at, s)
}

// next is the time of the next event; ok is false while there is nothing to do.
func (m *machine) next() (at time.Duration, ok bool) {
	if m.busy {
		return m.stepEnds, true
	}
	if len(m.arriving) > 0 {
		at, ok = m.arriving[0].ready, true
	}
	for _, s := range m.running { // the machine is not busy, so all of them are stalled
		if !ok || s.stalled < at {
			at, ok = s.stalled, true
		}
	}
	return max(at, m.clock), ok
}

// advance processes all events up to now.
func (m *machine) advance(now time.Duration) {
	for {
		at, ok := m.next()
		if !ok || at > now {
			m.clock = max(m.clock, now)
			return
		}
		m.clock = at
		if m.busy {
			m.finish(at)
		}
		m.arrive(at)
		m.begin(at)
	}
}

func (m *machine) arrive(at time.Duration) {
	n := 0
	for n < len(m.arriving) && m.arriving[n].ready <= at {
		m.arriving[n].stage = waiting
		n++
	}
	m.waiting = append(m.waiting, m.arriving[:n]...)
	m.arriving = slices.Delete(m.arriving, 0, n)
}

// admit moves sequences from the queue into the batch while there is room. A sequence is admitted only if its
// whole prompt and output fit, so none is ever preempted.
func (m *machine) admit(at time.Duration, now stepEffects) {
	limit := int(float64(m.capacity) * now.capacity)
	for len(m.waiting) > 0 && len(m.running) < m.profile.Batch.MaxSequences {
		s := m.waiting[0]
		if len(m.running) == 0 {
			limit = m.capacity // a sequence alone is always admitted, even into a smaller memory
		}
		if !m.place(s, limit, now.uncached) {
			return
		}
		m.waiting = slices.Delete(m.waiting, 0, 1)
		m.running = append(m.running, s)
		s.stage = running
		m.counts.admitted(s, at)
		s.notify(progress{at: at, cached: s.cached})
	}
}

// place gives the sequence its blocks: the known prefix, and a reservation for the rest.
func (m *machine) place(s *sequence, limit int, uncached bool) bool {
	known := 0
	if !uncached {
		known = m.cache.match(s.prompt.hashes)
	}
	size := m.profile.Cache.BlockTokens
	held := m.cache.pin(s.prompt.hashes[:known])
	need := s.blocksNeeded(known, size)
	if !m.cache.reserve(need, limit) {
		m.cache.release(held, 0)
		return false
	}
	s.held, s.reserved = held, need
	s.cached = min(known*size, s.tokens-1) // the last token is always computed: it gives the first output
	s.computed = s.cached
	return true
}

// cancel removes a sequence from wherever it is and frees its blocks.
func (m *machine) cancel(now time.Duration, s *sequence) {
	if s.stage == gone {
		return
	}
	same := func(o *sequence) bool { return o == s }
	m.arriving = slices.DeleteFunc(m.arriving, same)
	m.waiting = slices.DeleteFunc(m.waiting, same)
	m.running = slices.DeleteFunc(m.running, same)
	m.drop(s)
	if !m.busy {
		m.begin(max(now, m.clock))
	}
}

func (m *machine) drop(s *sequence) {
	m.cache.release(s.held, s.reserved)
	s.held, s.reserved, s.stage = nil, 0, gone
}
