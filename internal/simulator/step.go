package simulator

import "time"

// begin fills the next step, if there is anything to compute: a token (and its drafts) for each decoding
// sequence, then chunks of prompts while the budget lasts.
//
//	budget 4096:  | 4 | 4 | 4 |  rest of prompt A (1,200)  |  first 2,884 tokens of prompt B  |
func (m *machine) begin(at time.Duration) {
	now := m.script.step(at)
	m.cache.shrink(int(float64(m.capacity) * now.capacity))
	m.admit(at, now)
	var l stepLoad
	budget := m.profile.Batch.TokenBudget
	for _, s := range m.running {
		if s.decoding = s.prefilled() && s.stalled <= at; s.decoding {
			budget -= 1 + m.profile.Speculation.DraftTokens
			l.decode(s.tokens + s.generated)
		}
	}
	for _, s := range m.running {
		if s.chunk = min(budget, s.tokens-s.computed); s.chunk > 0 {
			budget -= s.chunk
			l.chunk(s.chunk, s.computed)
		}
	}
	m.busy = l.prompt+l.decoding > 0
	if m.busy {
		m.stepEnds = at + m.profile.Step.duration(l, now)
	}
}

// finish applies the step that ends now.
func (m *machine) finish(at time.Duration) {
	m.busy = false
	kept := m.running[:0]
	for _, s := range m.running {
		m.progress(s, at)
		if s.stage == running {
			kept = append(kept, s)
		}
	}
	clear(m.running[len(kept):])
	m.running = kept
}

func (m *machine) progress(s *sequence, at time.Duration) {
	switch {
	case s.chunk > 0:
		s.computed += s.chunk
		m.commit(s)
		if s.prefilled() {
			m.counts.first(s, at)
			m.emit(s, 1, at)
		}
	case s.decoding:
		n := s.draft(m.profile.Speculation)
		m.counts.later(s, n, at)
		m.emit(s, n, at)
	}
}

// commit makes the blocks known that are now full.
func (m *machine) commit(s *sequence) {
	full := min(s.computed/m.profile.Cache.BlockTokens, len(s.prompt.hashes))
	for len(s.held) < full {
		s.held = append(s.held, m.cache.commit(s.prompt.hashes[len(s.held)]))
		s.reserved--
	}
}

// emit counts n tokens and reports them, or the incident that stops them.
func (m *machine) emit(s *sequence, n int, at time.Duration) {
	s.generated += n
	s.latest = at
	p := progress{at: at, tokens: n, cached: s.cached, done: s.generated >= s.output}
	if s.effects.failsAfter > 0 && s.generated >= s.effects.failsAfter {
		p.err, p.done = s.effects.failure, true
	}
	if s.effects.stallsAfter > 0 && s.generated >= s.effects.stallsAfter {
		s.stalled, s.effects.stallsAfter = at+s.effects.stall, 0
	}
	if p.done {
		m.drop(s)
		m.counts.ended(s)
	}
	s.notify(p)
}
