package workload

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// texts are the messages of a conversation, each with its role and its call.
func texts(c chat.Conversation) (all [][]byte) {
	for i := range c.Len() {
		m := c.Message(i)
		all = append(all, bytes.Join([][]byte{{byte(m.Role)}, join(m.Text), join(m.Call.Value)}, nil))
	}
	return all
}

// A session goes on where its server stands: its next prompt is the last one with what followed it, and is warm.
func TestResume(t *testing.T) {
	for i := range uint64(40) {
		s := agent(Load(), i)
		last, pause := s.Resume(float64(i) / 40)
		turn, r := s.Next(Ages{Session: Ago(0), Prefix: Ago(0)})
		if i == 0 {
			if last != nil || turn.Phase != Cold || turn.Number != 0 || pause != 0 {
				t.Errorf("before the first turn, %d messages are held, and the turn is %+v", last.Len(), turn)
			}
			continue
		}
		before, now := texts(last), texts(r.Conversation)
		for k, m := range before {
			if len(now) <= k || !bytes.Equal(m, now[k]) {
				t.Fatalf("session %d: message %d of %d is not the last prompt's", i, k, len(before))
			}
		}
		if turn.Phase != Warm || turn.Number == 0 || pause <= 0 || len(now) != len(before)+2 {
			t.Errorf("session %d: %+v with %d messages after %d, pause %s", i, turn, len(now), len(before), pause)
		}
		if short := turn.Tokens - turn.Cached; short < 0 || short > 25_000 {
			t.Errorf("session %d: %d of %d tokens are cached", i, turn.Cached, turn.Tokens)
		}
	}
}

// Sessions at even points of their lives have the prompts of the steady state.
func TestResumeIsSteadyState(t *testing.T) {
	all, _ := lives(Load(), 200)
	var resumed []float64
	const sessions = 100
	for i := range uint64(sessions) {
		s := agent(Load(), i)
		s.Resume((float64(i) + 0.5) / sessions)
		resumed = append(resumed, float64(s.NextTokens()))
	}
	slices.Sort(resumed)
	if d := distance(resumed, all); d > 0.05 { // freely drawn points would be some 0.1 apart
		t.Errorf("the distributions are %.3f apart", d)
	}
}

func TestResumeLongAgoIsResume(t *testing.T) {
	s := agent(Load(), 3)
	s.Resume(0.5)
	if turn, _ := s.Next(Ages{Session: Ago(time.Hour)}); turn.Phase != Resume || turn.Cached != 0 {
		t.Errorf("%+v", turn)
	}
}

// The brief turn comes once: the answers after it are as long as they always are.
func TestResumeBriefly(t *testing.T) {
	shape := Load()
	for i := range uint64(20) {
		s := agent(shape, i)
		last := s.ResumeBriefly()
		turn, _ := s.Next(Ages{Session: Ago(0), Prefix: Ago(0)})
		if last == nil || turn.Number != 1 || turn.Phase != Warm || turn.MaxTokens > briefTokens && !turn.Recall {
			t.Errorf("session %d: %+v", i, turn)
		}
		if held, _ := s.Resident(false); held > int64(shape.Context.Min)+200 {
			t.Errorf("session %d: %d tokens are held, want the least context, %d", i, held, shape.Context.Min)
		}
		longest := 0
		for range 10 {
			s.Settle(true)
			if turn, _ := s.Next(Ages{Session: Ago(0), Prefix: Ago(0)}); turn.MaxTokens > longest {
				longest = turn.MaxTokens
			}
		}
		if longest <= briefTokens {
			t.Errorf("session %d: ten more answers have %d tokens at most", i, longest)
		}
	}
}
