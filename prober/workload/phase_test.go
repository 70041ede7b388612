package workload

import (
	"testing"
	"time"
)

// event is one turn of a scripted session: the ages before it, and the wanted phase and cached tokens.
type event struct {
	ages    Ages
	phase   Phase
	cached  string // nothing, prefix, held
	reached bool
}

func TestPhases(t *testing.T) {
	const ttl = 5 * time.Minute
	var never Age
	fresh, old := Ago(time.Second), Ago(ttl)
	justFresh := Ago(ttl - time.Nanosecond)
	for name, c := range map[string]struct {
		mid    bool
		front  bool
		events []event
	}{
		"the target's first session": {events: []event{
			{Ages{never, never}, Cold, "nothing", true},
			{Ages{fresh, fresh}, Warm, "held", true},
			{Ages{justFresh, fresh}, Warm, "held", true},
		}},
		"another session has just been there": {events: []event{
			{Ages{never, fresh}, Cold, "prefix", true},
			{Ages{old, fresh}, Resume, "prefix", true}, // away for exactly the cache's lifetime
			{Ages{fresh, fresh}, Warm, "held", true},   // warm again
			{Ages{old, old}, Resume, "nothing", true},  // no session of the target was
		}},
		"a prompt that never arrived": {events: []event{
			{Ages{never, fresh}, Cold, "prefix", false},
			{Ages{never, fresh}, Cold, "prefix", true}, // cold still
			{Ages{fresh, fresh}, Warm, "held", false},
			{Ages{fresh, fresh}, Warm, "held", true}, // held is the last that arrived, not the last that was sent
		}},
		"mid-life": {mid: true, events: []event{
			{Ages{never, fresh}, Bootstrap, "prefix", false},
			{Ages{never, never}, Bootstrap, "nothing", true}, // still the first that arrives
			{Ages{fresh, fresh}, Warm, "held", true},
		}},
		"salt in front": {front: true, events: []event{
			{Ages{never, fresh}, Cold, "nothing", true}, // no prefix is shared
			{Ages{fresh, fresh}, Warm, "held", true},
			{Ages{old, fresh}, Resume, "nothing", true},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			shape := Load()
			if c.front {
				shape.Salt = Front
			}
			s := agent(shape, 11)
			if c.mid {
				s.MidLife()
			}
			play(t, s, c.events)
		})
	}
}

func play(t *testing.T, s *Session, events []event) {
	t.Helper()
	var held, reached int64
	for i, e := range events {
		turn, _ := s.Next(e.ages)
		want := map[string]int64{
			"nothing": 0,
			"prefix":  14_976, // 15,004 in blocks of 64
			"held":    held - held%64,
		}[e.cached]
		if turn.Phase != e.phase || turn.Cached != want || turn.Cached > turn.Tokens {
			t.Errorf("turn %d: %s with %d of %d cached, want %s with %d", i, turn.Phase, turn.Cached, turn.Tokens, e.phase, want)
		}
		s.Settle(e.reached)
		if e.reached {
			held, reached = turn.Tokens, reached+1
		}
	}
}

func TestCompactionKeepsThePrefixAndNothingElse(t *testing.T) {
	shape := Load()
	shape.Compaction.Share = 1
	s := agent(shape, 12)
	s.MidLife()
	for n := 0; n < 3; {
		turn, r := step(s)
		if turn.Number > 1000 {
			t.Fatalf("%d compactions in 1,000 turns of a session that always compacts", n)
		}
		if turn.Tokens > int64(shape.Limit) {
			t.Fatalf("turn %d has %d tokens, above the limit", turn.Number, turn.Tokens)
		}
		if s.Over() {
			t.Fatal("a session that always compacts ended")
		}
		if turn.Phase != Compacted {
			continue
		}
		n++
		if turn.Cached != 14_976 || turn.Tokens < 15_000+25_000 || turn.Tokens > 15_010+65_000 || r.Conversation.Len() != 2 {
			t.Errorf("compacted to %d tokens, %d expected from the cache, %d messages; want 40k to 80k, the prefix, 2",
				turn.Tokens, turn.Cached, r.Conversation.Len())
		}
		if next, _ := step(s); next.Phase != Warm {
			t.Errorf("the turn after a compaction is %s, want warm", next.Phase)
		}
	}
}

func TestCompactionThatNeverArrived(t *testing.T) {
	shape := Watch()
	shape.Compaction.Share = 1
	s := agent(shape, 13)
	turn, _ := s.Next(Ages{Ago(0), Ago(0)})
	for turn.Phase != Compacted {
		if turn.Number == 200 {
			t.Fatal("no compaction in 200 turns of a session that always compacts")
		}
		s.Settle(true)
		turn, _ = s.Next(Ages{Ago(0), Ago(0)})
	}
	s.Settle(false)
	if turn, _ := s.Next(Ages{Ago(0), Ago(0)}); turn.Phase != Compacted || turn.Cached != 14_976 {
		t.Errorf("the turn after it is %s with %d cached, want compacted with the prefix", turn.Phase, turn.Cached)
	}
}
