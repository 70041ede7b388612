package chat

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
	"github.com/firsttoken/firsttoken/internal/sse"
)

// stream reads one answer into an Exchange.
type stream struct {
	source  source
	scanner *sse.Scanner
	decoder decoder
	usage   func(raw json.RawMessage) Usage // of the dialect
	recall  recall
	batch   *batchReads // nil: every read returns as soon as there are bytes
	notify  notify
	x       *Exchange

	receipt     netstamp.Receipt // of the read whose events are being decoded
	reads       uint64           // without a serial of their own
	firstSerial uint64           // of the read that brought the first token
	active      bool             // the engine has sent something since the last notify.activity
}

// notify are the callbacks of a stream; each may be nil.
type notify struct {
	firstToken func(time.Time) // at once, with the instant of its receipt
	firstRead  func()          // after the read that brought the first token
	activity   func()          // after a read that brought more than pings, from the first token on
}

const (
	// Reads are short until the first token: a read gives one stamp, that of the newest bytes it took, and few
	// bytes behind the first token keep the stamp close to it.
	readBeforeToken = 2 << 10
	readAfterToken  = 32 << 10
)

// read reads up to the finish marker, the first failure, or the end. It sets every instant from
// FirstEvent to End and all that the stream says about itself; nil means finished. It reads nothing behind
// the marker, which drain does.
func (s *stream) read() *failure {
	f := s.readEvents()
	s.decoder.settle(s.x)
	s.x.Usage = s.usage(s.x.Usage.Verbatim).of(s.x.Events)
	f = s.unfinished(f)
	if f == nil {
		s.x.Quirks |= usageQuirks(s.x.Usage)
		s.x.Quirks.addIf(s.x.Usage.exceeds(s.x.Whole), QuirkUnseenOutput)
	} else {
		s.x.Quirks = 0 // a failed answer might still have sent what it lacks
	}
	s.x.Recall = s.recall.verdict(f == nil)
	return f
}

// unfinished is what is wrong with a stream, which may be more than its end says: a finish reason can be that of an
// engine which gave up, and an answer can have no token.
func (s *stream) unfinished(f *failure) *failure {
	switch {
	case f == nil:
		return cmp.Or(finishFailure(s.x.Finish), emptyFailure(s.x))
	case f.cause == CauseNoFinish:
		return cmp.Or(finishFailure(s.x.Finish), f)
	default:
		return f
	}
}

func (s *stream) readEvents() *failure {
	limit := readBeforeToken
	for {
		buf, err := s.scanner.Buffer(limit)
		if err != nil {
			return &failure{cause: CauseMalformed, text: err.Error()}
		}
		n, got, err := s.source.receive(buf)
		s.scanner.Filled(n)
		s.noteRead(got)
		waiting := s.x.FirstToken.IsZero()
		done, f := s.decodeRead()
		begun := !s.x.FirstToken.IsZero()
		if waiting && begun {
			s.noteFirstRead()
		}
		switch {
		case done || f != nil:
			return f
		case err != nil:
			return s.endOfData(err)
		case begun:
			limit = readAfterToken
			s.noteActivity()
			s.batch.wait(got)
		}
	}
}

// noteRead keeps the receipt of a read. A source without serials has one read per receipt.
func (s *stream) noteRead(got netstamp.Receipt) {
	s.x.End = got.At
	s.receipt = got
	if got.Serial == 0 {
		s.reads++
		s.receipt.Serial = s.reads
	}
}

// noteFirstRead notes how the first token was received.
func (s *stream) noteFirstRead() {
	s.x.ReceiveLag, s.x.HasReceiveLag = s.receipt.Lag, s.receipt.Kernel
	if s.notify.firstRead != nil {
		s.notify.firstRead()
	}
}

func (s *stream) noteActivity() {
	if s.active && s.notify.activity != nil {
		s.active = false
		s.notify.activity()
	}
}

// decodeRead decodes all events that one read completed.
func (s *stream) decodeRead() (done bool, f *failure) {
	for {
		ev, ok, err := s.scanner.Next()
		if err != nil {
			return false, &failure{cause: CauseMalformed, text: err.Error()}
		}
		if !ok {
			return false, nil
		}
		if done, f := s.decodeEvent(ev); done || f != nil {
			return done, f
		}
	}
}

func (s *stream) decodeEvent(ev sse.Event) (done bool, f *failure) {
	if s.x.FirstEvent.IsZero() {
		s.x.FirstEvent = s.receipt.At
	}
	if len(ev.Data) == 0 { // an error whose text is a comment
		return false, &failure{cause: CauseErrorEvent, text: genericError + ": " + excerpt(string(ev.Comment))}
	}
	dl, f := s.decoder.event(ev)
	if dl.signal&(token|progress) != 0 {
		s.noteToken(dl)
	}
	s.active = s.active || dl.signal != 0
	return dl.signal&finished != 0, f
}

// noteToken notes a token-bearing event.
//
//	FirstToken   LastToken      at
//	    │ …  gap  │ …   this gap │
func (s *stream) noteToken(dl delta) {
	x, at := s.x, s.receipt.At
	x.Events++
	if x.Events == 2 {
		x.FirstShared = x.FirstShared || s.receipt.Serial == s.firstSerial
	}
	x.Whole.note(s.receipt, dl.size)
	if dl.signal&output != 0 {
		x.Answer.note(s.receipt, dl.size)
	}
	if dl.signal&reasoning != 0 && dl.signal&retold == 0 {
		x.ReasoningEvents++
	}
	if x.FirstToken.IsZero() {
		x.FirstToken = at
		s.firstSerial, x.FirstShared = s.receipt.Serial, s.receipt.Full
		if s.notify.firstToken != nil {
			s.notify.firstToken(at)
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

// endOfData judges a stream that ended without its finish marker. Some servers leave out the last blank
// line, so an event that is left over counts if it is whole.
func (s *stream) endOfData(err error) *failure {
	if !errors.Is(err, io.EOF) {
		return &failure{cause: CauseConnectionLost, text: "connection lost in mid-stream", err: err}
	}
	if ev, ok := s.scanner.Rest(); ok && isWhole(ev.Data) {
		if done, f := s.decodeEvent(ev); done || f != nil {
			return f
		}
	}
	if s.x.FirstEvent.IsZero() {
		return noEvents(s.scanner.Stray())
	}
	return &failure{cause: CauseNoFinish, text: "stream ended without its finish marker"}
}
