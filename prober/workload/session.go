package workload

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// Identity names a session. Two sessions of the same identity, shape and calibration are the same
// to the byte; any difference makes all of a prompt after the shared prefix different.
type Identity struct {
	Seed    uint64
	Target  string
	Epoch   uint64 // differs from start to start of the target's loop, so that no cache has its sessions
	Ordinal uint64 // of the session in its target
}

// Session is one coding agent at work on one target. It is not safe for concurrent use: the owner
// calls Next, sends the request, calls Settle, waits for Turn.Pause, and calls Next again until
// Over. The Request of a Next can be read, unchanged, for as long as it is referenced.
//
//	        ┌────────────── Pause ──────────────┐
//	Next ─ send ─ Settle                       Next ─ send ─ Settle … Over
//	  └ the turn after it is drawn here, so that NextTokens is exact
type Session struct {
	shape  *Shape
	corpus *Corpus
	cal    *Calibration
	salt   string
	own    []byte // private phrases
	dice   dice

	records []record
	size    extent // of records
	prefix  extent // of records[0], the shared prefix
	next    plan
	turn    int
	asked   int // recall questions so far
	first   int // module of the first of them
	tenth   bool
	brief   bool // the next answer
	over    bool

	fresh Phase  // of a turn while no server is known to hold any of the session's history
	sent  extent // the last Next
	held  extent // the last prompt that reached the server
	warm  bool   // held is valid
}

// NewSession starts a session at the beginning of its life, with a cold first turn.
func NewSession(shape *Shape, corpus *Corpus, cal *Calibration, id Identity) *Session {
	s := newSession(shape, corpus, cal, id)
	s.planContext(opening)
	return s
}

// NewTrial is a session of one turn at a tenth of the size: the first request of a target, from
// which its Calibration learns before a full prompt is sent. It is tagged Bootstrap. It has no tools,
// because their size by a chat template is the least certain part of a small prompt, and its prefix is
// not the shared one.
func NewTrial(shape *Shape, corpus *Corpus, cal *Calibration, id Identity) *Session {
	s := newSession(shape, corpus, cal, id)
	s.fresh, s.tenth = Bootstrap, true
	s.planContext(opening)
	return s
}

// NewRecovery is a session of one turn like that of NewTrial, tagged Recovery.
func NewRecovery(shape *Shape, corpus *Corpus, cal *Calibration, id Identity) *Session {
	s := NewTrial(shape, corpus, cal, id)
	s.fresh = Recovery
	return s
}

func newSession(shape *Shape, corpus *Corpus, cal *Calibration, id Identity) *Session {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d|%s|%d|%d", id.Seed, id.Target, id.Epoch, id.Ordinal))
	s := &Session{shape: shape, corpus: corpus, cal: cal, salt: hex.EncodeToString(sum[:])[:saltLen], fresh: Cold}
	s.dice.pcg.Seed(binary.BigEndian.Uint64(sum[8:]), binary.BigEndian.Uint64(sum[16:]))
	s.own = corpus.private.fill(s.salt, s.checksums())
	s.first = s.dice.intn(len(corpus.questions))
	return s
}

// checksums are distinct numbers of five digits, one for each module.
func (s *Session) checksums() []int {
	n := len(s.corpus.questions)
	numbers := make([]int, n)
	band := 90_000 / n
	for i := range numbers {
		numbers[i] = 10_000 + i*band + s.dice.intn(band)
	}
	for i := n - 1; i > 0; i-- {
		j := s.dice.intn(i + 1)
		numbers[i], numbers[j] = numbers[j], numbers[i]
	}
	return numbers
}

// Next is the session's next turn. The caller sets Request.ID. It must not be called when Over.
func (s *Session) Next(ages Ages) (Turn, chat.Request) {
	recall := s.advance()
	t := Turn{
		Session:  s.salt,
		Number:   s.turn - 1,
		Words:    s.size.words,
		Messages: s.size.messages,
		Tokens:   s.tokens(s.size),
		Recall:   recall.asked,
	}
	t.Phase, t.Cached = s.expect(ages, t.Tokens)
	t.MaxTokens, t.Pause = s.decide(recall)
	s.sent = s.size
	r := chat.Request{Session: s.salt, MaxTokens: t.MaxTokens, Conversation: s.prompt()}
	if recall.asked {
		at := s.corpus.private.numbers[recall.module]
		r.Expect = string(s.own[at : at+numberLen])
	}
	return t, r
}

func (s *Session) prompt() *prompt {
	n := len(s.records)
	p := &prompt{corpus: s.corpus, own: s.own, records: s.records[:n:n], front: s.shape.Salt == Front}
	if !s.tenth {
		p.tools = s.corpus.tools
	}
	return p
}

func (s *Session) tokens(e extent) int64 { return s.cal.Tokens(e.words, e.messages) }

// NextTokens is the expected prompt size of the coming Next, which is already drawn. While requests
// arrive at a rate of TPM / mean(NextTokens over the target's sessions), the tokens offered per
// minute are TPM in the long run. When the session is Over, it is the expected first prompt of the
// session that takes its place, so that the mean needs no exception for a last turn in flight.
func (s *Session) NextTokens() int64 {
	if s.over {
		return int64(s.shape.Context.Median)
	}
	return s.tokens(s.next.size)
}

// Settle takes in whether the last turn's prompt reached the server, whose cache may then hold it.
func (s *Session) Settle(reached bool) {
	if reached {
		s.held, s.warm = s.sent, true
	}
}

// Resident is how many tokens of the session a server's prefix cache may hold: its last prompt that reached the server,
// or the one that is on its way. Of these, shared are those of the prefix that all sessions have in common.
func (s *Session) Resident(sending bool) (tokens, shared int64) {
	e := s.held
	switch {
	case sending:
		e = s.sent
	case !s.warm:
		return 0, 0
	}
	if s.shape.Salt != Front && !s.tenth {
		shared = s.tokens(s.prefix)
	}
	return s.tokens(e), shared
}

// Over reports whether the session has met its limit. The caller starts another in its place.
func (s *Session) Over() bool { return s.over }
