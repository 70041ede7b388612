package prober

import (
	"slices"
	"time"

	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// A server's prefix cache is its users'. What it keeps for our sessions it cannot keep for them, so the tokens of all
// live sessions of a target have a ceiling:
//
//	resident  =  shared prefix + Σ (last prompt − shared prefix)
//
// The ceiling is Load.MaxResidentTokens, or else residentRoom times what the load is expected to need: an endpoint that
// takes longer than usual keeps more sessions busy.
const residentRoom = 4

// mostResident is the most that a profile may need of a prefix cache: that of its highest load, and a third more.
func mostResident(profile string) int64 {
	switch profile {
	case ProfileSentinel:
		return 500_000
	case ProfileLoad:
		return 64_000_000
	default:
		return 4_000_000
	}
}

// ExpectedResident is how many tokens the sessions of the load are expected to keep in a prefix cache.
func (t Target) ExpectedResident(e workload.Estimate) int64 {
	n := t.sessions(e)
	own := e.InputTokens - t.sharedPrefix()
	return int64(float64(n)*own + t.sharedPrefix())
}

func (t Target) sharedPrefix() float64 {
	if t.Workload.Salt == workload.Front {
		return 0
	}
	return float64(t.Workload.SharedPrefix)
}

// sessions is how many the load starts with.
func (t Target) sessions(e workload.Estimate) int {
	p := pool{estimate: e}
	p.size(t.Load)
	return p.start
}

// ResidentExcess refuses a load that would fill more of a prefix cache than its profile may, or than it sets itself.
// The second is no ceiling to be lifted: sessions would end as soon as they began.
func (t Target) ResidentExcess(e workload.Estimate) (excess, wrong invalid.Errors) {
	need := t.ExpectedResident(e)
	if own := int64(t.Load.MaxResidentTokens); own > 0 && need > own {
		wrong.Add("load.max_resident_tokens", "%d is less than the %d that the sessions of this load need", own, need)
	}
	if most := mostResident(t.Load.Profile); need > most {
		excess.Add("load.tokens_per_minute", "the sessions of this load would keep %d tokens in a prefix cache, above the "+
			"ceiling of the %s profile, %d", need, t.Load.profile(), most)
	}
	return excess, wrong
}

// ceilings hold at every request, whatever the estimates said.
type ceilings struct {
	resident int64 // tokens in the server's prefix cache
	bytes    int   // of a prompt
}

// promptRoom is how many times the bytes of the largest prompt, by its own tokens per word, one may have: calibration
// stays within this factor.
const promptRoom = 4

func (t Target) ceilings(e workload.Estimate) ceilings {
	c := ceilings{resident: int64(t.Load.MaxResidentTokens)}
	if c.resident == 0 {
		c.resident = max(residentRoom*t.ExpectedResident(e), int64(t.sessions(e)*t.Workload.Limit))
	}
	largest := t.Workload.Bound().Bytes
	c.bytes = max(largest, min(promptRoom*largest, mostPromptBytes))
	return c
}

// bound keeps a session's next prompt within the ceilings. A session that would pass them ends early, and another takes
// its place; one that was made for this slot is not opened. exceeds says that nothing can be sent.
func (l *loop) bound(s *sessionState, now time.Time) (r Reason, exceeds bool) {
	if s == l.pool.trial {
		return "", false
	}
	if r, exceeds = l.exceeds(s); !exceeds {
		return "", false
	}
	if s.made {
		l.pool.sessions = slices.DeleteFunc(l.pool.sessions, func(other *sessionState) bool { return other == s })
		return r, true
	}
	l.pool.replace(s)
	s.ready = now // behind the others, which may have room
	return l.exceeds(s)
}

// exceeds reports whether the next prompt of a session passes a ceiling.
func (l *loop) exceeds(s *sessionState) (Reason, bool) {
	before, _ := s.session.Resident(false)
	_, shared := s.session.Resident(true)
	after := max(l.resident(), shared) - max(0, before-shared) + s.session.NextTokens() - shared
	switch {
	case after > l.ceilings.resident:
		return Resident, true
	case s.session.NextMayExceed(l.ceilings.bytes) && s.session.NextBound().Bytes > l.ceilings.bytes:
		return TooLarge, true
	}
	return "", false
}

// resident is how many tokens the server's prefix cache may hold for the sessions. A session whose last turn is in
// flight counts until that has ended.
func (l *loop) resident() (sum int64) {
	var shared int64
	add := func(tokens, prefix int64) {
		sum += max(0, tokens-prefix)
		shared = max(shared, prefix)
	}
	for _, s := range l.pool.sessions {
		add(s.session.Resident(s.busy))
	}
	for _, q := range l.inflight {
		if q.session != q.state.session {
			add(q.session.Resident(true))
		}
	}
	return sum + shared
}
