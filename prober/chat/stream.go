package chat

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
	"github.com/firsttoken/firsttoken/internal/sse"
)

// source yields received bytes and when the newest of them came.
type source interface {
	receive(p []byte) (n int, at netstamp.Receipt, err error)
}

// stamped is a response's body. The instant is the kernel's where the wire tells it, else that at
// which Read returns, before anything is parsed. net/http and crypto/tls read ahead into buffers: what
// comes out of them is as old as the newest read of the wire, or older.
type stamped struct {
	io.Reader
	wire netstamp.Conn // nil if the connection tells nothing
}

func (s stamped) receive(p []byte) (int, netstamp.Receipt, error) {
	n, err := s.Read(p)
	if s.wire != nil {
		if r, ok := s.wire.Receipt(); ok {
			return n, r, err
		}
	}
	return n, netstamp.Receipt{At: time.Now()}, err
}

const (
	// Until the first token reads are short, so that one read does not hide behind another's bytes
	// and its stamp belongs to the newest of few.
	readBeforeToken = 2 << 10
	readAfterToken  = 32 << 10
)

// stream reads one answer into an Exchange.
type stream struct {
	source  source
	scanner *sse.Scanner
	decoder decoder
	usage   func(raw json.RawMessage) Usage // of the dialect
	recall  recall
	first   func(time.Time) // may be nil
	alive   func()          // called after a read that brought more than pings, from the first token on; may be nil
	started func()          // called after the read that brought the first token; may be nil
	lively  bool
	got     netstamp.Receipt // of what is being read
	reads   uint64           // without a serial
	begin   uint64           // serial of the first token's receipt
	nap     *nap             // nil: every read waits for bytes and for nothing else
	x       *Exchange
}

// read reads up to the finish marker, the first failure, or the end. It sets every instant from
// FirstEvent to End and all that the stream tells; nil means finished. Reading goes on behind the
// marker only in drain.
func (s *stream) read() *failure {
	f := s.events()
	s.decoder.settle(s.x)
	s.x.Usage = s.usage(s.x.Usage.Verbatim)
	s.x.Recall = s.recall.verdict(f == nil)
	return f
}

func (s *stream) events() *failure {
	limit := readBeforeToken
	for {
		buf, err := s.scanner.Buffer(limit)
		if err != nil {
			return &failure{outcome: Broken, reason: err.Error()}
		}
		n, got, err := s.source.receive(buf)
		s.scanner.Filled(n)
		s.x.End = got.At
		s.got = got
		if s.got.Serial == 0 {
			s.reads++
			s.got.Serial = s.reads // each is one of its own
		}
		fresh := s.x.FirstToken.IsZero()
		if done, f := s.dispatch(got.At); done || f != nil {
			s.began(fresh, got)
			return f
		}
		s.began(fresh, got)
		if err != nil {
			return s.ended(got.At, err)
		}
		if s.lively && s.alive != nil && !s.x.FirstToken.IsZero() {
			s.lively = false
			s.alive()
		}
		if !s.x.FirstToken.IsZero() {
			limit = readAfterToken
			s.nap.take(got)
		}
	}
}

// began tells how the first token was received, if it was in the bytes of this receipt.
func (s *stream) began(fresh bool, got netstamp.Receipt) {
	if !fresh || s.x.FirstToken.IsZero() {
		return
	}
	s.x.ReceiveLag, s.x.HasReceiveLag = got.Lag, got.Kernel
	if s.started != nil {
		s.started()
	}
}

// dispatch reads all events that one read completed.
func (s *stream) dispatch(at time.Time) (done bool, f *failure) {
	for {
		ev, ok, err := s.scanner.Next()
		if err != nil {
			return false, &failure{outcome: Broken, reason: err.Error()}
		}
		if !ok {
			return false, nil
		}
		if done, f := s.event(ev, at); done || f != nil {
			return done, f
		}
	}
}

func (s *stream) event(ev sse.Event, at time.Time) (done bool, f *failure) {
	if s.x.FirstEvent.IsZero() {
		s.x.FirstEvent = at
	}
	dl, f := s.decoder.event(ev)
	if dl.signal&(token|progress) != 0 {
		s.token(dl, at)
	}
	s.lively = s.lively || dl.signal != 0
	return dl.signal&finished != 0, f
}

// token marks a token-bearing event.
//
//	FirstToken   LastToken      at
//	    │ …  gap  │ …   this gap │
func (s *stream) token(dl delta, at time.Time) {
	x := s.x
	x.Events++
	if x.Events == 2 {
		x.FirstShared = x.FirstShared || s.got.Serial == s.begin
	}
	if x.FirstToken.IsZero() {
		x.FirstToken = at
		s.begin, x.FirstShared = s.got.Serial, s.got.Full
		if s.first != nil {
			s.first(at)
		}
	} else {
		x.HasGap = true
		x.LongestGap = max(x.LongestGap, at.Sub(x.LastToken))
	}
	if dl.signal&output != 0 && x.FirstOutput.IsZero() {
		x.FirstOutput = at
	}
	x.LastToken = at
	s.recall.add(dl.visible)
}

// ended says what the end of the data means. Some servers leave out the last blank line: what is
// left over counts if it is whole.
func (s *stream) ended(at time.Time, err error) *failure {
	if !errors.Is(err, io.EOF) {
		return &failure{outcome: Broken, reason: "connection lost in mid-stream", cause: err}
	}
	if ev, ok := s.scanner.Rest(); ok && whole(ev.Data) {
		if done, f := s.event(ev, at); done || f != nil {
			return f
		}
	}
	if s.x.FirstEvent.IsZero() {
		return truncated("empty stream")
	}
	return truncated("stream ended without its finish marker")
}
