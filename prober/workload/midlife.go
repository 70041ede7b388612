package workload

import (
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// candidates is how many legs MidLife chooses from. A long leg is met more often than a short one, in
// proportion to its length. A point of several legs laid end to end has that property approximately. With
// eight the mean prompt is right within 0.5 %, even where legs after a compaction are half as long as
// others.
const candidates = 8

// briefTokens is the length of a brief answer, which is long enough to have a rate.
const briefTokens = 24

// leg is the part of a life from one fresh context to the limit, played ahead.
type leg struct {
	dice  dice
	start kind
	turns int
}

// MidLife moves a session that has not begun to a uniformly random point of its life, where an
// observer of a steady load would find it. Its first turn sends the whole history at once and is
// tagged Bootstrap; Turn.Number counts on from there.
//
//	legs     ├──── 97 turns ────┼────── 109 turns ──────┼──── 88 turns ────┤ …
//	a point  ─────────────────────────────────▲   uniform over all; its leg is played again up to it
func (s *Session) MidLife() {
	if s.turn > 0 || s.tenth {
		return
	}
	l, point := s.pick()
	s.begin(l)
	s.play(point)
	s.fresh = Bootstrap
}

// Resume is MidLife where the server holds the session's history: the session goes on with a warm turn. at says where
// it stands, from 0, a fresh context, to 1, the limit; in the steady state all points are equally likely. It returns
// the last prompt, which the server must hold, and the pause that followed its answer. The prompt is nil if the session
// stands before its first turn.
func (s *Session) Resume(at float64) (last chat.Conversation, pause time.Duration) {
	l, _ := s.pick()
	s.begin(l)
	return s.resumeAfter(int(at * float64(l.turns)))
}

// ResumeBriefly resumes the session after a first turn of the smallest context, and makes the next turn ask for a brief
// answer: a load that starts with it has its first numbers as soon as its server can give any.
func (s *Session) ResumeBriefly() (last chat.Conversation) {
	shape := *s.shape
	shape.Context.Max = shape.Context.Min
	usual := s.shape
	s.shape = &shape
	s.planContext(opening)
	s.shape = usual
	last, _ = s.resumeAfter(1)
	s.brief = true
	return last
}

func (s *Session) resumeAfter(turns int) (last chat.Conversation, pause time.Duration) {
	if pause = s.play(turns); s.turn == 0 {
		return nil, 0
	}
	s.sent = s.size
	s.Settle(true)
	return s.prompt(), pause
}

// play plays turns and returns the pause after the last.
func (s *Session) play(turns int) (pause time.Duration) {
	for range turns {
		_, pause = s.decide(s.advance())
	}
	return pause
}

// pick plays the candidates and draws a point of all of them, which is that many turns after the beginning of a leg.
func (s *Session) pick() (l leg, point int) {
	var legs [candidates]leg
	scratch := make([]record, 0, 512)
	total := 0
	for i := range legs {
		legs[i] = s.playLeg(scratch)
		total += legs[i].turns
	}
	point = s.dice.intn(total)
	i := 0
	for point >= legs[i].turns {
		point -= legs[i].turns
		i++
	}
	return legs[i], point
}

// playLeg plays a leg on a copy of the session and counts its turns.
func (s *Session) playLeg(scratch []record) leg {
	l := leg{dice: s.dice.split(), start: opening}
	if s.dice.chance(s.shape.Compaction.Share) {
		l.start = summary
	}
	c := *s
	c.begin(l)
	c.records = scratch[:0]
	for again := true; again; again = !c.over && !c.next.reset {
		c.decide(c.advance())
		l.turns++
	}
	return l
}

func (s *Session) begin(l leg) {
	s.dice = l.dice
	s.planContext(l.start)
}
