package simulator

import (
	"errors"
	"io"
)

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
