package workload

import (
	"bytes"
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

// A resumed session stands where MidLife would have put it. Its next prompt is the last one with what followed it, and
// is warm: the server is said to hold the last one.
func TestResumeIsMidLifeWithAHistory(t *testing.T) {
	began := 0
	for i := range uint64(40) {
		resumed, mid := agent(Load(), i), agent(Load(), i)
		last, pause := resumed.Resume()
		mid.MidLife()
		if resumed.NextTokens() != mid.NextTokens() {
			t.Fatalf("session %d: the next prompt has %d tokens, and %d after MidLife", i, resumed.NextTokens(), mid.NextTokens())
		}
		turn, r := resumed.Next(Ages{Session: Ago(0), Prefix: Ago(0)})
		if last == nil {
			if turn.Phase != Cold || turn.Number != 0 || pause != 0 {
				t.Errorf("session %d: nothing is held, and the turn is %+v", i, turn)
			}
			began++
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
	if began > 4 {
		t.Errorf("%d of 40 sessions are at their beginning, want one in a hundred", began)
	}
}

func TestResumeLongAgoIsResume(t *testing.T) {
	s := agent(Load(), 3)
	s.Resume()
	if turn, _ := s.Next(Ages{Session: Ago(time.Hour)}); turn.Phase != Resume || turn.Cached != 0 {
		t.Errorf("%+v", turn)
	}
}

// The brief turn comes once: the answers after it are as long as they always are.
func TestResumeBriefly(t *testing.T) {
	shape := Load()
	for i := range uint64(20) {
		s := agent(shape, i)
		last, _ := s.ResumeBriefly()
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
