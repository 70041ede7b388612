package workload

import "time"

// Age is how long ago something ended; the zero Age is never.
type Age struct {
	since time.Duration
	known bool
}

// Ago is the age of something that ended d ago.
func Ago(d time.Duration) Age { return Age{d, true} }

func (a Age) within(ttl time.Duration) bool { return a.known && a.since < ttl }

// Ages decide what a server's prefix cache is expected to hold.
type Ages struct {
	Session Age // since the end of this session's last exchange that reached the server (Settle(true))
	Prefix  Age // since the end of any exchange of the target that reached the server, trials excepted
}

// expect is what a healthy prefix cache would serve of the prompt: all of the last prompt that reached
// the server, if that was recent; otherwise the shared prefix, if any session used it recently. The
// answer in between does not count: the history's answer has the length of the generated one, not its
// text.
//
//	held     ├─ prefix ─┼──────── history ────────┤
//	prompt   ├─ prefix ─┼──────── history ────────┼ answer ┼ input ┤
//	warm     ├──────────── cached ─────────────┤      rounded down to the block
//	others   ├ cached ┤
func (s *Session) expect(ages Ages, tokens int64) (Phase, int64) {
	ttl := time.Duration(s.shape.CacheTTL)
	if s.warm && ages.Session.within(ttl) {
		return Warm, s.blocks(s.held, tokens)
	}
	phase := s.fresh
	if s.warm {
		phase = Resume
	}
	if !ages.Prefix.within(ttl) || s.shape.Salt == Front || s.tenth {
		return phase, 0
	}
	return phase, s.blocks(s.prefix, tokens)
}

// blocks is the size of a cached extent in whole blocks, never more than the prompt.
func (s *Session) blocks(e extent, most int64) int64 {
	n, block := s.tokens(e), int64(max(1, s.shape.CacheBlock))
	return min(n-n%block, most)
}
