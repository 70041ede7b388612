package workload

// candidates is how many legs MidLife chooses from. A long leg is met more often than a short one, in
// proportion to its length. A point of several legs laid end to end has that property approximately. With
// eight the mean prompt is right within 0.5 %, even where legs after a compaction are half as long as
// others.
const candidates = 8

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
	var legs [candidates]leg
	scratch := make([]record, 0, 512)
	total := 0
	for i := range legs {
		legs[i] = s.playLeg(scratch)
		total += legs[i].turns
	}
	point := s.dice.intn(total)
	i := 0
	for point >= legs[i].turns {
		point -= legs[i].turns
		i++
	}
	s.begin(legs[i])
	for range point {
		s.decide(s.advance())
	}
	s.fresh = Bootstrap
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
