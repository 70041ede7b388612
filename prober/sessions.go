package prober

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// maxLoss is the share of slots that may find no session ready when the prober itself decides how
// many there are.
const maxLoss = 0.005

// answerTime is how long an answer is taken to keep a session busy when their number is decided:
// 437 output tokens at the 41 a second that published traces show (TraceLab, arXiv 2606.30560),
// after some 4 s of waiting. A server that needs longer runs out of ready sessions rather than
// being given more: each is 100,000 more tokens in its cache.
const answerTime = 15 * time.Second

// sessionState is a place in the pool: a session and what the schedule knows of it.
type sessionState struct {
	session *workload.Session
	ready   time.Time // when its pause is over
	reached time.Time // end of its last exchange that reached the server
	busy    bool      // in flight
}

// pool is a target's sessions. The first request of all is a trial of a tenth of the size; the
// sessions are made when it has been answered, so that their sizes are right from their first turn.
type pool struct {
	shape    *workload.Shape
	corpus   *workload.Corpus
	cal      *workload.Calibration
	id       workload.Identity // of the next session
	random   *rand.Rand
	estimate workload.Estimate
	start    int // sessions to start with
	limit    int // sessions at most
	busy     int // of the starting sessions, how many are on average between ready times
	sessions []*sessionState
	trial    *sessionState // nil once settled
	reached  time.Time     // end of the last exchange of any session that reached the server
}

// size decides how many sessions the load needs, see sessionsFor. An explicit limit above that is
// used when no session is ready; below it, slots will be skipped.
func (p *pool) size(l Load) {
	cycle := p.estimate.Pause + answerTime
	erlangs := float64(cycle) / float64(gap(p.estimate.InputTokens, l.TokensPerMinute))
	p.start = sessionsFor(erlangs, maxLoss)
	p.limit = p.start
	if l.MaxSessions > 0 {
		p.limit = l.MaxSessions
		p.start = min(p.start, p.limit)
	}
	p.busy = min(int(math.Round(erlangs)), p.start-1)
}

// open makes the trial.
func (p *pool) open(now time.Time) {
	p.trial = &sessionState{session: workload.NewTrial(p.shape, p.corpus, p.cal, p.next()), ready: now}
}

func (p *pool) next() workload.Identity {
	id := p.id
	p.id.Ordinal++
	return id
}

// fill makes the starting sessions, each in the middle of its life, and as many of them ready as
// would be in a load that had been running for ever; the others follow over one mean cycle.
func (p *pool) fill(now time.Time) {
	cycle := p.estimate.Pause + answerTime
	p.sessions = make([]*sessionState, 0, p.start)
	for i := range p.start {
		s := workload.NewSession(p.shape, p.corpus, p.cal, p.next())
		s.MidLife()
		ready := now
		if i < p.busy {
			ready = now.Add(scale(cycle, (float64(i)+p.random.Float64())/float64(p.busy)))
		}
		p.sessions = append(p.sessions, &sessionState{session: s, ready: ready})
	}
}

// take gives the ready session that has waited longest, or a new one while there may be more; false
// when every session is busy or still in its pause.
func (p *pool) take(now time.Time) (*sessionState, bool) {
	if p.trial != nil {
		return p.trial, !p.trial.busy
	}
	if p.sessions == nil {
		p.fill(now)
	}
	var best *sessionState
	for _, s := range p.sessions {
		if !s.busy && !s.ready.After(now) && (best == nil || s.ready.Before(best.ready)) {
			best = s
		}
	}
	if best == nil && len(p.sessions) < p.limit {
		best = &sessionState{session: p.fresh(), ready: now}
		p.sessions = append(p.sessions, best)
	}
	return best, best != nil
}

func (p *pool) fresh() *workload.Session {
	return workload.NewSession(p.shape, p.corpus, p.cal, p.next())
}

// draw takes the next turn of the seat's session, which it returns because a session that is then
// over makes room at once: what the seat sends next is already known, and counts in mean.
func (p *pool) draw(s *sessionState, now time.Time) (workload.Turn, chat.Request, *workload.Session) {
	session := s.session
	turn, request := session.Next(workload.Ages{Session: age(s.reached, now), Prefix: age(p.reached, now)})
	s.busy = true
	if session.Over() && s != p.trial {
		s.session, s.reached = p.fresh(), time.Time{}
	}
	return turn, request, session
}

func age(since, now time.Time) workload.Age {
	if since.IsZero() {
		return workload.Age{}
	}
	return workload.Ago(now.Sub(since))
}

// settle gives the seat back after an exchange of a session that ended at end, and starts its pause.
// A new session in the seat waits for the pause of the one before it.
func (p *pool) settle(s *sessionState, session *workload.Session, end time.Time, pause time.Duration, reached bool) {
	session.Settle(reached)
	s.busy, s.ready = false, end.Add(pause)
	if s == p.trial {
		p.trial = nil // it shares no prefix with what follows
		return
	}
	if reached {
		p.reached = end
	}
	if reached && session == s.session {
		s.reached = end
	}
}

// mean is E[ISL], the tokens that the next slot can expect to send.
func (p *pool) mean() float64 {
	var sum int64
	for _, s := range p.sessions {
		sum += s.session.NextTokens()
	}
	if sum <= 0 { // before the sessions are made
		return max(p.estimate.InputTokens, 1)
	}
	return float64(sum) / float64(len(p.sessions))
}
