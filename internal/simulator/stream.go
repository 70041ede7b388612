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
	frame        framing
	writer       wordWriter
	id           string
	pingAfter    time.Duration // of silence; 0: never
	onFirstToken func(requestID string, before, after time.Time)

	buffer      []byte
	channelText []byte // text of the open channel, if the framing needs it
	events      int64
	started     bool // the first token is written
	channel     channel
}

// run writes until the answer ends. The response headers go out with the admission, long before the first
// token, as real servers send them.
func (s *stream) run(ctx context.Context) {
	h := s.out.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	s.out.WriteHeader(http.StatusOK)
	s.fill(s.frame.admitted, nil)
	err := s.send()
	for err == nil {
		var b Batch
		if b, err = s.next(ctx); err == nil {
			err = s.writeBatch(b.Tokens)
		}
	}
	s.finish(err)
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
	for n > 0 {
		c, left := s.writer.split.at(s.writer.next)
		k := min(n, left)
		n -= k
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
	s.fill(s.frame.before[c], nil)
	from := len(s.buffer)
	for range k {
		s.buffer = s.writer.token(s.buffer)
	}
	if s.frame.keepText {
		s.channelText = append(s.channelText, s.buffer[from:]...)
	}
	s.fill(s.frame.after[c], nil)
	if s.started || s.onFirstToken == nil {
		s.started = true
		return s.send()
	}
	s.started = true
	before := time.Now()
	err := s.send()
	s.onFirstToken(s.id, before, time.Now())
	return err
}

// send writes the buffer at once.
func (s *stream) send() error {
	if len(s.buffer) > 0 {
		if _, err := s.out.Write(s.buffer); err != nil {
			return err
		}
		s.buffer = s.buffer[:0]
	}
	return s.flush.Flush()
}

// finish writes the end of the stream. A truncated stream ends without it, and a client that is gone gets
// nothing.
func (s *stream) finish(why error) {
	var f *Failure
	switch {
	case errors.Is(why, io.EOF):
		s.fill(s.frame.close[s.channel], s.channelText)
		s.fill(s.frame.end(s.finishOf(), s.answer.Usage()), nil)
	case errors.As(why, &f):
		s.fill(s.errorEvent(f), nil)
	default:
		return
	}
	s.send() //nolint:errcheck // the client is gone
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
