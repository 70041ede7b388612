package workload

import "testing"

// TestNextBound: what is said of a request before it is drawn is true to the byte, and the answer is no longer.
func TestNextBound(t *testing.T) {
	for _, shape := range []Shape{Sentinel(), always(Watch()), Load()} {
		turns := 0
		for ordinal := range uint64(6) {
			s := agent(shape, ordinal)
			if ordinal == 3 {
				s.MidLife()
			}
			if ordinal == 4 {
				s = NewTrial(&shape, sharedCorpus(), NewCalibration(1), Identity{Seed: 7})
			}
			for !s.Over() && turns < 400 {
				bound := s.NextBound()
				if !s.NextMayExceed(bound.Bytes - 1) {
					t.Errorf("%d bytes, and yet they may not exceed one less", bound.Bytes)
				}
				turn, r := step(s)
				bytes := 0
				for _, tool := range r.Conversation.Tools() {
					bytes += len(tool.Name) + len(tool.Description) + len(tool.Parameters)
				}
				for i := range r.Conversation.Len() {
					m := r.Conversation.Message(i)
					bytes += m.Text.Len() + len(m.Call.Name) + len(m.Call.Argument) + m.Call.Value.Len()
				}
				if bound.Bytes != bytes || bound.Messages != r.Conversation.Len() || bound.MaxTokens < turn.MaxTokens {
					t.Fatalf("turn %d has %d bytes, %d messages, %d output tokens; the bound was %+v",
						turn.Number, bytes, r.Conversation.Len(), turn.MaxTokens, bound)
				}
				if most := shape.Bound(); bound.Bytes > most.Bytes {
					t.Errorf("turn %d has %d bytes, more than the shape's %d", turn.Number, bytes, most.Bytes)
				}
				turns++
			}
		}
	}
}

// TestPrior does not move with what is learnt.
func TestPrior(t *testing.T) {
	shape := Load()
	if got := shape.Prior(1000, 10); got != 1040 {
		t.Errorf("1,000 words in 10 messages are %d tokens, want 1,040", got)
	}
	shape.TokensPerWord = 2
	if got := shape.Prior(1000, 10); got != 2040 {
		t.Errorf("at two tokens a word they are %d, want 2,040", got)
	}
}
