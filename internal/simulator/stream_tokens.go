package simulator

import (
	"context"
	"time"
)

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
