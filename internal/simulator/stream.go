package simulator

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// stream writes one answer.
type stream struct {
	out          http.ResponseWriter
	flush        *http.ResponseController
	answer       *Answer
	effects      *requestEffects
	frame        framing
	writer       wordWriter
	id           string
	pingAfter    time.Duration // of silence; 0: never
	onFirstToken func(requestID string, before, after time.Time)

	buffer      []byte
	channelText []byte // text of the open channel, if the framing needs it
	events      int64
	hidden      int  // tokens that are still to be hidden
	pending     int  // tokens that wait for an event
	started     bool // the first token is in the buffer or written
	firstInside bool // the buffer has the first token
	channel     channel
}

// run writes until the answer ends. The response headers go out with the admission, long before the first
// token, as real servers send them.
func (s *stream) run(ctx context.Context) {
	if s.begin(ctx) != nil {
		return
	}
	err := s.send()
	for err == nil {
		var b Batch
		if b, err = s.next(ctx); err == nil {
			err = s.writeBatch(b.Tokens)
		}
	}
	if errors.Is(err, io.EOF) && s.effects.endless.on {
		err = s.writeForEver(ctx)
	}
	s.finish(err)
}

// begin writes what comes before the first token, and plays the incidents that come there.
func (s *stream) begin(ctx context.Context) error {
	closing := s.answer.engine.closing
	if err := s.effects.hang.wait(ctx, closing); err != nil {
		return err
	}
	h := s.out.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	s.out.WriteHeader(http.StatusOK)
	s.fill(s.frame.admitted, nil)
	if s.effects.freeze.on || s.effects.flood.on {
		if err := s.send(); err != nil {
			return err
		}
	}
	if err := s.effects.freeze.wait(ctx, closing); err != nil {
		return err
	}
	return s.flood(ctx, closing)
}

// flood writes an event of one very long line.
func (s *stream) flood(ctx context.Context, closing <-chan struct{}) error {
	if !s.effects.flood.on {
		return nil
	}
	s.buffer = append(s.buffer, `data: "`...)
	if err := s.send(); err != nil {
		return err
	}
	if err := s.effects.flood.write(ctx, closing, s.out); err != nil {
		return err
	}
	s.buffer = append(s.buffer, "\"\n\n"...)
	return s.send()
}

// next waits for a batch and writes pings meanwhile.
func (s *stream) next(ctx context.Context) (Batch, error) {
	for s.pingAfter > 0 {
		patience, cancel := context.WithTimeout(ctx, s.pingAfter)
		b, err := s.answer.Next(patience)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			return b, err
		}
		s.fill(s.frame.ping, nil)
		if err := s.send(); err != nil {
			return Batch{}, err
		}
	}
	return s.answer.Next(ctx)
}

// writeBatch writes n tokens in one event for each channel that they belong to, which is nearly always one.
func (s *stream) writeBatch(n int) error {
	if s.effects.empty {
		return nil
	}
	n, err := s.hide(n)
	if err != nil {
		return err
	}
	s.pending += n
	return s.writePending(false)
}

// hide takes the tokens of hidden reasoning out of a batch.
func (s *stream) hide(n int) (left int, err error) {
	if s.hidden == 0 {
		return n, nil
	}
	if s.hidden == s.effects.hidden {
		s.fill(s.frame.thinking, nil)
	}
	k := min(n, s.hidden)
	if s.hidden -= k; s.hidden == 0 {
		s.fill(s.frame.thought, nil)
	}
	if len(s.buffer) == 0 {
		return n - k, nil
	}
	return n - k, s.send()
}

// writePending writes the tokens that wait, in groups if an incident says so; last writes an incomplete group.
func (s *stream) writePending(last bool) error {
	for s.pending > 0 {
		c, left := s.writer.split.at(s.writer.next)
		k := min(s.pending, left)
		if group := s.effects.group; group > 0 {
			whole := min(left, group)
			if s.pending < whole && !last {
				return nil
			}
			k = min(s.pending, whole)
		}
		s.pending -= k
		if err := s.writeTokens(c, k); err != nil {
			return err
		}
	}
	return nil
}

func (s *stream) writeTokens(c channel, k int) error {
	if !s.started {
		s.fill(s.frame.first, nil)
	}
	if !s.started || c != s.channel {
		if s.started {
			s.fill(s.frame.close[s.channel], s.channelText)
		}
		s.channel, s.channelText = c, s.channelText[:0]
		s.fill(s.frame.open[c], nil)
		if err := s.send(); err != nil {
			return err
		}
	}
	if !s.started {
		s.started, s.firstInside = true, true
	}
	s.fill(s.frame.before[c], nil)
	from := len(s.buffer)
	for range k {
		s.buffer = s.writer.token(s.buffer)
	}
	if s.frame.keepText {
		s.channelText = append(s.channelText, s.buffer[from:]...)
	}
	s.fill(s.frame.after[c], nil)
	return s.send()
}

// writeForEver goes on with the last channel until the client leaves.
func (s *stream) writeForEver(ctx context.Context) error {
	for {
		if err := s.effects.endless.wait(ctx, s.answer.engine.closing); err != nil {
			return err
		}
		s.fill(s.frame.before[s.channel], nil)
		s.buffer = s.writer.word(s.buffer)
		s.fill(s.frame.after[s.channel], nil)
		if err := s.send(); err != nil {
			return err
		}
	}
}

// send writes the buffer at once, unless an incident buffers the whole answer.
func (s *stream) send() error {
	if s.effects.buffered {
		return nil
	}
	return s.write()
}

func (s *stream) write() error {
	first := s.firstInside && s.onFirstToken != nil
	var before time.Time
	if first {
		before = time.Now()
	}
	if len(s.buffer) > 0 {
		if _, err := s.out.Write(s.buffer); err != nil {
			return err
		}
		s.buffer = s.buffer[:0]
	}
	err := s.flush.Flush()
	if first {
		s.onFirstToken(s.id, before, time.Now())
	}
	s.firstInside = false
	return err
}

// finish writes the end of the stream. A truncated stream ends without it, and a client that is gone gets
// nothing.
func (s *stream) finish(why error) {
	var f *Failure
	var gaveUp aborted
	switch {
	case errors.Is(why, io.EOF):
		s.end(ending{finish: s.finishOf()})
	case errors.As(why, &gaveUp):
		s.end(ending{reason: gaveUp.reason})
	case errors.As(why, &f):
		s.fill(s.errorEvent(f), nil)
	case !errors.Is(why, ErrTruncated):
		return
	}
	_ = s.write() // the client may be gone
}

func (s *stream) end(how ending) {
	if s.writePending(true) != nil {
		return
	}
	if s.started {
		s.fill(s.frame.close[s.channel], s.channelText)
	}
	u := s.answer.Usage()
	s.fill(s.frame.end(how, s.effects.reported(u)), nil)
}

func (s *stream) finishOf() finish {
	_, limited := s.answer.Length()
	switch {
	case s.writer.split.toolCall > 0:
		return toolCalled
	case limited:
		return lengthReached
	}
	return stopped
}

// errorEvent is the error object of a stream that fails half-way. vLLM sends [DONE] after it.
func (s *stream) errorEvent(f *Failure) []byte {
	object := string(s.frame.vendor.errorObject(f, s.id))
	if s.frame.vendor == anthropic {
		return []byte(event("error", object))
	}
	return []byte("data: " + object + "\n\ndata: [DONE]\n\n")
}
