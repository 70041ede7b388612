// Package sse cuts a stream of server-sent events into events, without copying them.
//
// It knows nothing of what events mean, and it reads nothing itself: the caller reads into the
// scanner's buffer, so that it can note when each read returned. Fields other than data and event (id,
// retry, comments) are passed over.
package sse

import (
	"bytes"
	"errors"
)

const (
	firstBuffer = 4 << 10
	maxEvent    = 8 << 20
	maxComment  = 256
	maxStray    = 4 << 10
	keepBuffer  = 64 << 10 // a larger buffer is not kept for the next stream
)

var errTooLong = errors.New("event longer than 8 MiB")

// Scanner cuts a stream into events in place: an event of one data line is a slice of the buffer that
// the caller filled.
//
//	buf:  …consumed… │ mark ─ lines of the unfinished event ─ pos │ seen ─ end │ free
//
// Lines end with LF, CRLF or CR, also when the two bytes of CRLF arrive in different reads.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
type Scanner struct {
	buf    []byte
	pos    int // first byte that is no part of a complete line
	seen   int // no line end stands between pos and seen
	end    int // of the bytes read
	begun  bool
	skipLF bool // the line before ended in CR

	name   span
	data   span // while the event has one data line
	joined []byte
	lines  int // data lines so far
	mark   int // start of the event's first field
	held   bool

	comment []byte // the last comment since the event before, cut to maxComment
	stray   []byte // lines that are no field, cut to maxStray
}

// span is a part of the buffer by offsets, which stay right when the buffer is reallocated.
type span struct{ from, to int }

// Event is one dispatched event. Its bytes are valid until the scanner is used again.
//
// An event without data is dispatched only if it is named error: Dynamo sends one whose text is a comment.
type Event struct {
	Name    []byte
	Data    []byte
	Comment []byte // of the lines since the event before; the last one
}

// NewScanner is ready for a stream.
func NewScanner() *Scanner { return &Scanner{buf: make([]byte, firstBuffer)} }

// Reset makes the scanner ready for another stream.
func (s *Scanner) Reset() {
	buf, joined := s.buf, s.joined[:0]
	if len(buf) > keepBuffer {
		buf = make([]byte, firstBuffer)
	}
	if cap(joined) > keepBuffer {
		joined = nil
	}
	*s = Scanner{buf: buf, joined: joined}
}

// Buffer is where to put the next bytes, at most limit of them.
func (s *Scanner) Buffer(limit int) ([]byte, error) {
	s.compact()
	if s.end == len(s.buf) {
		if s.end >= maxEvent {
			return nil, errTooLong
		}
		grown := make([]byte, min(2*len(s.buf), maxEvent))
		copy(grown, s.buf)
		s.buf = grown
	}
	free := s.buf[s.end:]
	return free[:min(limit, len(free))], nil
}

// Filled says that n bytes were put into Buffer.
func (s *Scanner) Filled(n int) { s.end += n }

// compact moves the bytes that are still needed to the front when less than half of the buffer is free
// behind them.
func (s *Scanner) compact() {
	from := s.pos
	if s.held {
		from = s.mark
	}
	if from == s.end && !s.held {
		s.pos, s.seen, s.end = 0, 0, 0
		return
	}
	if from == 0 || len(s.buf)-s.end >= len(s.buf)/2 {
		return
	}
	copy(s.buf, s.buf[from:s.end])
	s.pos, s.seen, s.end, s.mark = s.pos-from, max(s.seen-from, 0), s.end-from, 0
	if s.held {
		s.name = span{s.name.from - from, s.name.to - from}
		s.data = span{s.data.from - from, s.data.to - from}
	}
}

// Next is the next complete event with data; false when more has to be read.
func (s *Scanner) Next() (Event, bool, error) {
	for {
		line, ok := s.line()
		if !ok {
			return Event{}, false, nil
		}
		if line.from == line.to {
			if ev, ok := s.dispatch(); ok {
				return ev, true, nil
			}
			continue
		}
		if err := s.field(line); err != nil {
			return Event{}, false, err
		}
	}
}

// Rest is the event that the end of the stream left without its blank line. The standard drops it; a
// caller who accepts it must check that it is whole.
func (s *Scanner) Rest() (Event, bool) {
	if s.pos < s.end {
		s.buf = append(s.buf[:s.end], '\n')
		s.end++
		if line, ok := s.line(); ok && s.field(line) != nil {
			return Event{}, false
		}
	}
	return s.dispatch()
}

// line is the next complete line, without its end.
func (s *Scanner) line() (span, bool) {
	if s.skipLF && s.pos < s.end {
		s.skipLF = false
		if s.buf[s.pos] == '\n' {
			s.pos++
		}
	}
	from := max(s.pos, s.seen)
	window := s.buf[from:s.end]
	n := bytes.IndexByte(window, '\n')
	if n >= 0 {
		window = window[:n]
	}
	if cr := bytes.IndexByte(window, '\r'); cr >= 0 {
		n, s.skipLF = cr, true
	}
	if n < 0 {
		s.seen = s.end
		return span{}, false
	}
	line := span{s.pos, from + n}
	s.pos = line.to + 1
	s.seen = s.pos
	if !s.begun {
		s.begun = true
		if bytes.HasPrefix(s.buf[line.from:line.to], []byte("\ufeff")) {
			line.from += len("\ufeff")
		}
	}
	return line, true
}

// field reads one line that is not blank.
func (s *Scanner) field(l span) error {
	line := s.buf[l.from:l.to]
	key, skip := line, len(line)
	if colon := bytes.IndexByte(line, ':'); colon >= 0 {
		key, skip = line[:colon], colon+1
		if skip < len(line) && line[skip] == ' ' {
			skip++
		}
	}
	value := span{l.from + skip, l.to}
	switch string(key) {
	case "data":
		s.hold(l)
		return s.addData(value)
	case "event":
		s.hold(l)
		s.name = value
	case "":
		s.comment = appendUpTo(s.comment[:0], s.buf[value.from:value.to], maxComment)
	case "id", "retry":
	default:
		s.stray = appendUpTo(s.stray, line, maxStray)
	}
	return nil
}

// hold keeps the buffer from the event's first field on.
func (s *Scanner) hold(l span) {
	if !s.held {
		s.held, s.mark = true, l.from
		s.name, s.data = span{l.from, l.from}, span{l.from, l.from}
	}
}

// addData joins data lines with LF.
func (s *Scanner) addData(v span) error {
	switch s.lines {
	case 0:
		s.data = v
	case 1:
		s.joined = append(s.joined[:0], s.buf[s.data.from:s.data.to]...)
		fallthrough
	default:
		s.joined = append(append(s.joined, '\n'), s.buf[v.from:v.to]...)
	}
	s.lines++
	if len(s.joined) > maxEvent {
		return errTooLong
	}
	return nil
}

// dispatch ends the event; false if it had no data.
func (s *Scanner) dispatch() (Event, bool) {
	ev := Event{Name: s.buf[s.name.from:s.name.to], Data: s.buf[s.data.from:s.data.to], Comment: s.comment}
	if s.lines > 1 {
		ev.Data = s.joined
	}
	s.name, s.data, s.lines, s.held, s.comment = span{}, span{}, 0, false, s.comment[:0]
	return ev, len(ev.Data) > 0 || string(ev.Name) == "error"
}

// Stray is what stood in lines that are no field of an event, so far: an error that a server sent as a whole document
// under the type of a stream.
func (s *Scanner) Stray() []byte { return s.stray }

func appendUpTo(dst, src []byte, limit int) []byte {
	return append(dst, src[:min(len(src), max(0, limit-len(dst)))]...)
}
