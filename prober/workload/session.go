package workload

import (
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// Identity names a session. Two sessions of the same identity, shape and calibration are the same
// to the byte; any difference makes all of a prompt after the shared prefix different.
type Identity struct {
	Seed    uint64
	Target  string
	Epoch   uint64 // a nonce of the process's start, so that a restart does not hit yesterday's cache
	Ordinal uint64 // of the session in its target
}

// Age is how long ago something ended; the zero Age is never.
type Age struct {
	since time.Duration
	known bool
}

// Ago is the age of something that ended that long ago.
func Ago(d time.Duration) Age { return Age{d, true} }

// Ages are what decides whether a server's prefix cache still has something.
type Ages struct {
	Session Age // since the end of this session's last exchange that reached the server (Settle(true))
	Prefix  Age // since the end of any exchange of the target that reached the server
}

// Session is one coding agent at work on one target. It is not safe for concurrent use: the owner
// calls Next, sends the request, calls Settle, waits for Turn.Pause, and calls Next again until
// Over. The Request of a Next stays readable, unchanged, for as long as anybody holds it.
type Session struct{}

// NewSession starts a session at the beginning of its life, with a cold first turn.
func NewSession(shape *Shape, corpus *Corpus, cal *Calibration, id Identity) *Session {
	return &Session{}
}

// NewTrial is a session of one turn at a tenth of the size: the first request of a target, from
// which its Calibration learns before a full prompt is sent. It is tagged Bootstrap.
func NewTrial(shape *Shape, corpus *Corpus, cal *Calibration, id Identity) *Session {
	return &Session{}
}

// MidLife moves a session that has not begun to a uniformly random point of its life, as one finds
// it when one looks at a steady load. Its first turn sends the whole history at once and is tagged Bootstrap.
func (s *Session) MidLife() {}

// Next is the session's next turn. The caller sets Request.ID.
func (s *Session) Next(ages Ages) (Turn, chat.Request) { return Turn{}, chat.Request{} }

// NextTokens is the expected prompt size of the Next that comes, already decided. While requests
// arrive at a rate of TPM / mean(NextTokens over the target's sessions), the tokens offered per
// minute are TPM in the long run. It is 0 when the session is Over.
func (s *Session) NextTokens() int64 { return 0 }

// Settle says whether the last turn's prompt reached the server and can be expected in its cache.
func (s *Session) Settle(reached bool) {}

// Over reports that the session has met its limit and ends; the caller starts another.
func (s *Session) Over() bool { return false }

// ID is the session's salt, as in Turn.Session.
func (s *Session) ID() string { return "" }
