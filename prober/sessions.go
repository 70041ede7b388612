package prober

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// maxLoss is the share of slots that may find no session ready when the prober itself decides how
// many there are.
const maxLoss = 0.005

// answerTime is how long an answer is taken to keep a session busy when their number is decided:
// 437 output tokens at the 41 a second that published traces show (TraceLab, arXiv 2606.30560),
// after some 4 s of waiting. A server that needs longer is given more sessions, see most.
const answerTime = 15 * time.Second

// sessionState is one of the pool's sessions with what the schedule needs to know. When the session
// has met its limit, another takes its place.
type sessionState struct {
	session *workload.Session
	ready   time.Time // when its pause is over
	reached time.Time // end of its last exchange that reached the server
	busy    bool      // in flight
	made    bool      // for the slot that is due, which found no other session ready
}

// pool holds a target's sessions. The first request is a trial of a tenth of the size. The sessions
// are made once it has been answered, so that their sizes are right from their first turn.
type pool struct {
	shape    *workload.Shape
	corpus   *workload.Corpus
	cal      *workload.Calibration
	id       workload.Identity // of the next session
	random   *rand.Rand
	estimate workload.Estimate
	start    int  // sessions to start with
	limit    int  // sessions at most
	busy     int  // how many of the starting sessions are, on average, in flight or in their pause
	usual    int  // requests in flight that an endpoint with the assumed answerTime rarely exceeds
	fixed    bool // the limit was set by hand
	sessions []*sessionState
	trial    *sessionState // nil once settled
	trials   int           // answered
	reached  time.Time     // end of the last exchange of any session that reached the server
}

// size computes how many sessions the load needs, see sessionsFor. Above that number, an explicit limit
// allows more sessions when none is ready; below it, slots will be skipped.
func (p *pool) size(l Load) {
	cycle := p.estimate.Pause + answerTime
	erlangs := float64(cycle) / float64(gap(p.estimate.InputTokens, l.TokensPerMinute))
	p.start = sessionsFor(erlangs, maxLoss)
	p.limit = p.start
	if l.MaxSessions > 0 {
		p.limit = l.MaxSessions
		p.start = min(p.start, p.limit)
	}
	p.fixed = l.MaxSessions > 0
	p.busy = min(int(math.Round(erlangs)), p.start-1)
	answering := erlangs * float64(answerTime) / float64(cycle)
	p.usual = int(math.Ceil(answering + 3*math.Sqrt(answering))) // a Poisson count is above it once in a thousand times
}

// most is how many sessions there may be while that many requests are in flight. An endpoint that takes longer than
// answerTime keeps more sessions busy, and the load goes on with others: open loop. They go when it is quick again.
func (p *pool) most(inFlight int) int {
	if p.fixed {
		return p.limit
	}
	return p.limit + max(0, inFlight-p.usual)
}

// shrink lets go of ready sessions that there are too many of, the newest first.
func (p *pool) shrink(inFlight int) {
	for i := len(p.sessions) - 1; i >= 0 && len(p.sessions) > p.most(inFlight); i-- {
		if !p.sessions[i].busy {
			p.sessions = slices.Delete(p.sessions, i, i+1)
		}
	}
}

// open makes the trial session.
func (p *pool) open(now time.Time) {
	p.trial = &sessionState{session: workload.NewTrial(p.shape, p.corpus, p.cal, p.next()), ready: now}
}

func (p *pool) next() workload.Identity {
	id := p.id
	p.id.Ordinal++
	return id
}

// fill makes the starting sessions, each in the middle of its life. As many of them are ready as in a
// load that had been running for ever; the others become ready over one mean cycle.
func (p *pool) fill(now time.Time) {
	p.sessions = make([]*sessionState, 0, p.start)
	for i := range p.start {
		s := p.fresh()
		s.MidLife()
		p.sessions = append(p.sessions, &sessionState{session: s, ready: p.ready(i, now)})
	}
}

// ready is when the starting session of that number becomes ready.
func (p *pool) ready(i int, now time.Time) time.Time {
	if i >= p.busy {
		return now
	}
	cycle := p.estimate.Pause + answerTime
	return now.Add(scale(cycle, (float64(i)+p.random.Float64())/float64(p.busy)))
}

// take returns the ready session that has waited longest, or a new one below the limit. It is false
// when every session is in flight or in its pause.
func (p *pool) take(now time.Time, inFlight int) (*sessionState, bool) {
	if p.trial == nil && p.sessions == nil {
		p.fill(now)
	}
	s, ok := p.peek(now)
	if !ok && p.trial == nil && len(p.sessions) < p.most(inFlight) {
		s, ok = &sessionState{session: p.fresh(), ready: now, made: true}, true
		p.sessions = append(p.sessions, s)
	}
	return s, ok
}

// peek is the session that take returns at that time, if no exchange ends before and none is made.
func (p *pool) peek(at time.Time) (*sessionState, bool) {
	if p.trial != nil {
		return p.trial, !p.trial.busy
	}
	var best *sessionState
	for _, s := range p.sessions {
		if !s.busy && !s.ready.After(at) && (best == nil || s.ready.Before(best.ready)) {
			best = s
		}
	}
	return best, best != nil
}

func (p *pool) fresh() *workload.Session {
	return workload.NewSession(p.shape, p.corpus, p.cal, p.next())
}

// draw takes the next turn of a session, and returns that session too: if it is over with this turn,
// its successor takes its place at once, so that mean counts what will be sent next.
func (p *pool) draw(s *sessionState, now time.Time) (workload.Turn, chat.Request, *workload.Session) {
	session := s.session
	turn, request := session.Next(workload.Ages{Session: age(s.reached, now), Prefix: age(p.reached, now)})
	s.busy, s.made = true, false
	if session.Over() && s != p.trial {
		p.replace(s)
	}
	return turn, request, session
}

// replace ends a session and puts a new one in its place.
func (p *pool) replace(s *sessionState) { s.session, s.reached = p.fresh(), time.Time{} }

func age(since, now time.Time) workload.Age {
	if since.IsZero() {
		return workload.Age{}
	}
	return workload.Ago(now.Sub(since))
}

// settle takes back a session whose exchange ended at end, and starts its pause. A successor that has
// already taken its place waits for that pause. A trial that was not answered is followed by another: no full prompt is
// sent before one has told how many tokens a word is.
func (p *pool) settle(s *sessionState, session *workload.Session, r Result) {
	end, reached := r.End, !r.FirstToken.IsZero()
	session.Settle(reached)
	s.busy, s.ready = false, end.Add(r.Turn.Pause)
	if s == p.trial {
		p.trial = nil // it shares no prefix with what follows
		if !p.taught(r) {
			p.open(end)
		}
		return
	}
	if reached {
		p.reached = end
	}
	if reached && session == s.session {
		s.reached = end
	}
}

// learn corrects the calibration by the server's count of a prompt.
func (p *pool) learn(r Result) {
	if n, ok := r.Usage.Input.Value(); ok && r.Outcome == chat.OK {
		p.cal.Learn(r.Turn.Words, r.Turn.Messages, n)
	}
}

// mostTrials is how many trials are sent to an endpoint that answers and does not count its prompts. It may have failed
// to say so once; one that never does must get its load all the same.
const mostTrials = 3

// taught reports whether full prompts may follow a trial that ended so.
func (p *pool) taught(trial Result) bool {
	if trial.Outcome != chat.OK {
		return false
	}
	p.trials++
	_, counted := trial.Usage.Input.Value()
	return counted || p.trials >= mostTrials
}

// mean is E[ISL], the expected tokens of the next slot.
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
