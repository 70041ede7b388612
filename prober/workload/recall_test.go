package workload

import (
	"regexp"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// TestRecallProtocol reads prompts as a simulated engine does: the formats are fixed to the byte.
func TestRecallProtocol(t *testing.T) {
	asks := regexp.MustCompile(`What is the checksum of module ([a-z]+)\? Answer with the number only\.$`)
	shape := always(Load())
	shape.Compaction.Share = 1
	asked, afterCompaction, compacted := 0, 0, false
	s := agent(shape, 21)
	s.MidLife()
	for range 200 {
		turn, r := step(s)
		compacted = compacted || turn.Phase == Compacted
		last := r.Conversation.Message(r.Conversation.Len() - 1)
		q := asks.FindStringSubmatch(unescaped(t, last.Text))
		if (q != nil) != turn.Recall || (r.Expect != "") != turn.Recall {
			t.Fatalf("turn %d: recall %v, question %q, expects %q", turn.Number, turn.Recall, q, r.Expect)
		}
		if q == nil {
			continue
		}
		asked++
		if compacted {
			afterCompaction++
		}
		if last.Role != chat.User || turn.MaxTokens < minRecallTokens {
			t.Errorf("asked by role %d with %d tokens for the answer", last.Role, turn.MaxTokens)
		}
		sentence := "The checksum of module " + q[1] + " is " + r.Expect + "."
		if n := strings.Count(string(flatten(r.Conversation)), sentence); n != 1 {
			t.Errorf("%q stands %d times in the prompt, want once", sentence, n)
		}
		if n := strings.Count(string(flatten(r.Conversation)), "The checksum of module "+q[1]); n != 1 {
			t.Errorf("module %s has %d checksums", q[1], n)
		}
	}
	if asked < 15 || afterCompaction < 5 {
		t.Errorf("%d questions, %d of them after a compaction, in 200 turns of which a seventh ask", asked, afterCompaction)
	}
}

func TestFactsStandDeepInside(t *testing.T) {
	low, high := 1.0, 0.0
	for i := range uint64(300) {
		_, r := step(agent(Load(), i))
		text := string(join(r.Conversation.Message(1).Text))
		for _, m := range modules() {
			at := float64(strings.Index(text, "The checksum of module "+m+" is ")) / float64(len(text))
			low, high = min(low, at), max(high, at)
		}
	}
	if low < 0.15 || low > 0.25 || high > 0.85 || high < 0.75 {
		t.Errorf("facts stand from %.2f to %.2f of the first message, want 0.2 to 0.8", low, high)
	}
}

func TestChecksumsAreDistinctAndTheSessionsOwn(t *testing.T) {
	a, b := agent(Load(), 1).checksums(), agent(Load(), 2).checksums()
	seen := map[int]bool{}
	for i, n := range a {
		if n < 10_000 || n > 99_999 || seen[n] {
			t.Errorf("checksum %d is not five digits, or not the only one", n)
		}
		seen[n] = true
		if n == b[i] {
			t.Errorf("two sessions have %d for the same module", n)
		}
	}
}

func TestRecallShare(t *testing.T) {
	shape := Load()
	asked, turns := 0, 0
	for i := range uint64(100) {
		for s := NewSession(&shape, sharedCorpus(), NewCalibration(1), Identity{Ordinal: i}); !s.Over(); turns++ {
			if turn, _ := step(s); turn.Recall {
				asked++
			}
		}
	}
	if got := float64(asked) / float64(turns); got < 0.016 || got > 0.024 { // 3.5 sigma of 14,000 turns
		t.Errorf("%.4f of turns ask, want 0.02", got)
	}
}

func TestEveryModuleIsAskedForBeforeAnyTwice(t *testing.T) {
	shape := always(Load())
	shape.HumanShare, shape.RecallShare = 0.98, 1
	s := agent(shape, 23)
	step(s)
	seen := map[string]bool{}
	for range modules() {
		_, r := step(s)
		if r.Expect == "" || seen[r.Expect] {
			t.Errorf("asked for %q again, or for nothing", r.Expect)
		}
		seen[r.Expect] = true
	}
}

func TestTheAnswerInTheHistoryIsTheRightOne(t *testing.T) {
	s := agent(always(Load()), 22)
	for range 60 {
		turn, r := step(s)
		if !turn.Recall {
			continue
		}
		_, next := step(s)
		if got := unescaped(t, next.Conversation.Message(r.Conversation.Len()).Text); got != r.Expect {
			t.Fatalf("the history answers %q, want %q", got, r.Expect)
		}
		return
	}
	t.Error("no question in 60 turns")
}
