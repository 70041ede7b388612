package prober

import (
	"context"
	"slices"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// resume takes up a load at the instant of one of its slots, as if it had been running for ever. There is no trial, as
// the tokens per word are taken to be known, and no bootstrap turn, as the server is taken to hold the histories:
//
//	begin    now ─ trial ─ rest of a gap ─ bootstrap ─ gap ─ bootstrap …
//	resume   now: a warm turn ─ rest of a gap ─ warm ─ gap ─ warm …
//
// A real server holds nothing of it. It would compute every history, as after a bootstrap turn, and the prober would
// take these answers for warm ones. So this is for servers that can be given the histories.
func (l *loop) resume(ctx context.Context, now time.Time) {
	histories := l.pool.resume(now)
	l.opening = time.Now()
	l.arrivals.due = l.opening
	for i, last := range histories {
		if ctx.Err() != nil {
			return
		}
		l.resumed(l.target, last)
		if i == 0 {
			l.work(ctx, time.Now()) // the first turn need not wait for the histories of the others
		}
	}
}

// resume makes the starting sessions as fill does, each with its last turn behind it, and returns their last prompts.
// The first of these is that of the session which is taken first, and which will ask for a brief answer.
//
// The sessions stand at even distances between fresh and full, in any order. Where twenty points are drawn freely, the
// mean prompt is off by 8 % and comes back only after an hour.
func (p *pool) resume(now time.Time) (histories []chat.Conversation) {
	p.sessions, p.reached = make([]*sessionState, 0, p.start), now
	for i, place := range p.random.Perm(p.start) {
		s := &sessionState{session: p.fresh(), ready: p.ready(i, now)}
		last, pause := s.session.Resume((float64(place) + p.random.Float64()) / float64(p.start))
		at := len(histories)
		if i == p.busy { // the first that is ready
			s.session = p.fresh()
			last, pause, at = s.session.ResumeBriefly(), 0, 0
		}
		if last != nil {
			histories = slices.Insert(histories, at, last)
			s.reached = earlier(now, s.ready.Add(-pause))
		}
		p.sessions = append(p.sessions, s)
	}
	return histories
}
