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
