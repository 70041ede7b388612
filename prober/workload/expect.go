package workload

import "time"

// Age is how long ago something ended; the zero Age is never.
type Age struct {
	since time.Duration
	known bool
}

// Ago is the age of something that ended that long ago.
func Ago(d time.Duration) Age { return Age{d, true} }

func (a Age) within(ttl time.Duration) bool { return a.known && a.since < ttl }

// Ages are what decides whether a server's prefix cache still has something.
type Ages struct {
	Session Age // since the end of this session's last exchange that reached the server (Settle(true))
	Prefix  Age // since the end of any exchange of the target that reached the server, trials excepted
}

// expect is what a healthy prefix cache would serve of the prompt: all of the last one that reached
// the server while that is recent, else the shared prefix while anybody used that recently. The
// answer in between is not counted: what the history holds is of the same length as what the server
// generated, not the same text.
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
