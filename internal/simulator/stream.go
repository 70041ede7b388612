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
	out    http.ResponseWriter
	flush  *http.ResponseController
	answer *Answer
	frame  framing
	writer writer
	id     string
	pings  time.Duration // of silence; 0: none
	sent   func(requestID string, before, after time.Time)

	buffer  []byte
	said    []byte // the open channel's text, if the framing needs it
	events  int64
	begun   bool // the first token is written
	channel channel
}

// run writes until the answer ends. The response headers go out with the admission, as real
// servers' do, long before the first token.
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
			err = s.batch(b.Tokens)
		}
	}
	s.finish(err)
}

// next waits for a batch and keeps the connection warm meanwhile.
func (s *stream) next(ctx context.Context) (Batch, error) {
	for s.pings > 0 {
		patience, cancel := context.WithTimeout(ctx, s.pings)
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

// batch writes n tokens in as many events as they have channels: one, nearly always.
func (s *stream) batch(n int) error {
	for n > 0 {
		c, left := s.writer.plan.at(s.writer.next)
		k := min(n, left)
		n -= k
		if err := s.tokens(c, k); err != nil {
			return err
		}
	}
	return nil
}

func (s *stream) tokens(c channel, k int) error {
	if !s.begun {
		s.fill(s.frame.first, nil)
	}
	if !s.begun || c != s.channel {
		if s.begun {
			s.fill(s.frame.close[s.channel], s.said)
		}
		s.channel, s.said = c, s.said[:0]
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
		s.said = append(s.said, s.buffer[from:]...)
	}
	s.fill(s.frame.after[c], nil)
	if s.begun || s.sent == nil {
		s.begun = true
		return s.send()
	}
	s.begun = true
	before := time.Now()
	err := s.send()
	s.sent(s.id, before, time.Now())
	return err
}

// send writes what is in the buffer at once.
func (s *stream) send() error {
	if len(s.buffer) > 0 {
		if _, err := s.out.Write(s.buffer); err != nil {
			return err
		}
		s.buffer = s.buffer[:0]
	}
	return s.flush.Flush()
}

// finish writes what stands at the end of the stream. A truncated one ends without it, and a client
// that is gone gets nothing.
func (s *stream) finish(why error) {
	var f *Failure
	switch {
	case errors.Is(why, io.EOF):
		s.fill(s.frame.close[s.channel], s.said)
		s.fill(s.frame.end(s.how(), s.answer.Usage()), nil)
	case errors.As(why, &f):
		s.fill(s.broken(f), nil)
	default:
		return
	}
	s.send() //nolint:errcheck // nobody is left to be told
}

func (s *stream) how() finish {
	_, limited := s.answer.Length()
	switch {
	case s.writer.plan.toolCall > 0:
		return toolCalled
	case limited:
		return lengthReached
	}
	return stopped
}

// broken is the error object of a stream that fails in the middle. vLLM sends [DONE] after it.
func (s *stream) broken(f *Failure) []byte {
	object := string(s.frame.vendor.errorObject(f, s.id))
	if s.frame.vendor == anthropic {
		return []byte(event("error", object))
	}
	return []byte("data: " + object + "\n\ndata: [DONE]\n\n")
}
