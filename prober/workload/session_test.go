package workload

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// The first twelve turns of one session, byte by byte. When this changes, the same seed no longer gives
// the same load, and every cache of the shared prefix starts cold: worth a line in the changelog.
const golden = "f18061a5c857bad0e3e26a9ecdbea45f8790c21c230037f7b8cc14c9f01b4e8f"

func life(s *Session, turns int) hash.Hash {
	h := sha256.New()
	for i := 0; i < turns && !s.Over(); i++ {
		turn, r := step(s)
		fmt.Fprintf(h, "%+v %d %s|", turn, r.MaxTokens, r.Expect)
		h.Write(flatten(r.Conversation))
	}
	return h
}

func TestSameSeedSameBytes(t *testing.T) {
	first := hex.EncodeToString(life(agent(Load(), 1), 12).Sum(nil))
	again := NewSession(new(Load()), NewCorpus("1.2.3"), NewCalibration(1), Identity{7, "t", 1, 1})
	if got := hex.EncodeToString(life(again, 12).Sum(nil)); got != first {
		t.Errorf("the same identity gave %s and %s", first, got)
	}
	if first != golden {
		t.Errorf("hash is %s, want %s: the same seed gives other bytes than it used to", first, golden)
	}
}

func TestAnyOtherIdentityIsAnotherPromptAfterTheSharedPrefix(t *testing.T) {
	shape := Load()
	base := Identity{Seed: 1, Target: "a", Epoch: 2, Ordinal: 3}
	for _, other := range []Identity{
		{2, "a", 2, 3}, // another seed
		{1, "b", 2, 3}, // another target
		{1, "a", 3, 3}, // a restart
		{1, "a", 2, 4}, // the target's next session
	} {
		for _, salt := range []SaltAt{AfterPrefix, Front} {
			shape.Salt = salt
			_, a := step(NewSession(&shape, sharedCorpus(), NewCalibration(1), base))
			_, b := step(NewSession(&shape, sharedCorpus(), NewCalibration(1.3), other))
			sysA, sysB := join(a.Conversation.Message(0).Text), join(b.Conversation.Message(0).Text)
			if same := bytes.Equal(sysA, sysB); same != (salt == AfterPrefix) {
				t.Errorf("%v, salt %s: the system messages are the same: %v", other, salt, same)
			}
			shared := commonPrefix(join(a.Conversation.Message(1).Text), join(b.Conversation.Message(1).Text))
			if shared > len("[session ")+4 {
				t.Errorf("%v: %d bytes of the first user message are the same, want only the start of the salt line", other, shared)
			}
			if salt == Front && commonPrefix(sysA, sysB) > len("[session ")+4 {
				t.Errorf("%v: the system message does not begin with the salt", other)
			}
		}
	}
}

func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func TestAnotherVersionIsAnotherPrefix(t *testing.T) {
	shape := Load()
	id := Identity{}
	_, a := step(NewSession(&shape, sharedCorpus(), NewCalibration(1), id))
	_, b := step(NewSession(&shape, NewCorpus("1.2.4\"\\\n"), NewCalibration(1), id))
	if bytes.Equal(join(a.Conversation.Message(0).Text), join(b.Conversation.Message(0).Text)) {
		t.Error("two versions share their system message")
	}
	if text := unescaped(t, b.Conversation.Message(0).Text); !strings.Contains(text, "release 1.2.4.") {
		t.Errorf("the version is not in the system message, or not cleaned: %.600q", text)
	}
}

func TestHistoryOnlyGrows(t *testing.T) {
	shape := always(Watch())
	shape.Compaction.Share = 1
	s := agent(shape, 3)
	s.MidLife()
	var before []byte
	compactions := 0
	for range 80 {
		turn, r := step(s)
		now := flatten(r.Conversation)
		switch {
		case turn.Phase == Compacted:
			compactions++
		case !bytes.HasPrefix(now, before):
			t.Fatalf("turn %d (%s) does not begin with the prompt before it", turn.Number, turn.Phase)
		case len(now) <= len(before):
			t.Fatalf("turn %d added nothing", turn.Number)
		}
		before = now
	}
	if compactions < 1 {
		t.Error("no compaction in 80 turns of a session that always compacts")
	}
}

func TestRequestStaysAsItWas(t *testing.T) {
	shape := Watch()
	shape.Compaction.Share = 1
	s := agent(shape, 4)
	var requests []chat.Request
	var texts [][]byte
	for range 60 { // at least one compaction
		_, r := step(s)
		requests, texts = append(requests, r), append(texts, flatten(r.Conversation))
	}
	for i, r := range requests {
		if !bytes.Equal(flatten(r.Conversation), texts[i]) {
			t.Fatalf("the prompt of turn %d changed while the session went on", i)
		}
	}
}

func TestTurnCountsWhatThePromptHolds(t *testing.T) {
	for _, salt := range []SaltAt{AfterPrefix, Front} {
		shape := always(Watch())
		shape.Salt, shape.Compaction.Share = salt, 1
		s := agent(shape, 5)
		s.MidLife()
		for range 60 {
			next := s.NextTokens()
			turn, r := step(s)
			if turn.Tokens != next {
				t.Fatalf("turn %d: %d tokens, but NextTokens said %d", turn.Number, turn.Tokens, next)
			}
			if turn.Messages != r.Conversation.Len() || turn.MaxTokens != r.MaxTokens || turn.Session != r.Session {
				t.Fatalf("turn %d: %+v does not describe its request", turn.Number, turn)
			}
			if turn.Number%10 == 0 || turn.Phase == Compacted {
				if got := countWords(t, r.Conversation); got != turn.Words {
					t.Fatalf("turn %d (%s): %d words, the turn says %d", turn.Number, turn.Phase, got, turn.Words)
				}
			}
		}
	}
}

func TestTurnsLookLikeAnAgents(t *testing.T) {
	shape := Load()
	shape.RecallShare = 0
	s := agent(shape, 6)
	var last chat.Request
	var answers []int
	for range 60 {
		turn, r := step(s)
		if turn.Phase == Cold && turn.Number > 0 || s.Over() {
			t.Fatal("the session ended early")
		}
		last, answers = r, append(answers, turn.MaxTokens)
	}
	c := last.Conversation
	if n := len(c.Tools()); n < 6 || n > 10 {
		t.Errorf("%d tools, want 6 to 10", n)
	}
	calls := map[uint32]bool{}
	for i := range c.Len() {
		m := c.Message(i)
		if wantCache := i == 0 || i == c.Len()-1; m.Cache != wantCache {
			t.Errorf("message %d: cache breakpoint %v, want %v", i, m.Cache, wantCache)
		}
		switch {
		case i == 0 && m.Role != chat.System, i > 0 && i%2 == 0 && m.Role != chat.Assistant,
			i%2 == 1 && m.Role != chat.User && m.Role != chat.ToolResult:
			t.Errorf("message %d has role %d", i, m.Role)
		case m.Role == chat.User, m.Role == chat.ToolResult:
			if !strings.HasSuffix(unescaped(t, m.Text), "until you are stopped.") {
				t.Errorf("message %d asks for nothing", i)
			}
		case m.Role == chat.Assistant:
			words := len(strings.Fields(unescaped(t, m.Text)))
			if m.Call.ID != 0 {
				words += callWords
			}
			if want := answers[i/2-1]; words > max(want, callWords+1) || words < want-int(initialOverhead) {
				t.Errorf("answer %d has %d words, was asked to have %d tokens", i, words, want)
			}
		}
		if m.Role == chat.Assistant && m.Call.ID != 0 {
			if calls[m.Call.ID] {
				t.Errorf("call %d occurs twice", m.Call.ID)
			}
			calls[m.Call.ID] = true
			next := c.Message(i + 1)
			if next.Role != chat.ToolResult || next.Call.ID != m.Call.ID || next.Call.Name != m.Call.Name {
				t.Errorf("call %d is not answered by the next message", m.Call.ID)
			}
			checkCall(t, c.Tools(), m.Call)
		}
	}
	if len(calls) < 35 {
		t.Errorf("%d of 59 answers call a tool, want about 50", len(calls))
	}
}

func TestMessagesHaveTheSizeThatWasDrawn(t *testing.T) {
	shape := always(Load())
	shape.Input = LogNormal{Median: 100, Min: 100, Max: 100}
	shape.Output = LogNormal{Median: 300, Min: 300, Max: 300}
	s := agent(shape, 8)
	before, _ := step(s)
	for range 40 {
		turn, _ := step(s)
		want := int64(300 + 100) // framing included
		if before.Recall {
			want = 100 + 1 + int64(initialOverhead) // the answer was a number
		}
		if got := turn.Tokens - before.Tokens; got != want {
			t.Errorf("turn %d added %d tokens, want %d", turn.Number, got, want)
		}
		before = turn
	}
}

func checkCall(t *testing.T, tools []chat.Tool, call chat.Call) {
	t.Helper()
	for _, tool := range tools {
		if tool.Name == call.Name {
			if !bytes.Contains(tool.Parameters, []byte(`"required":["`+call.Argument+`"]`)) {
				t.Errorf("%s does not require %q", call.Name, call.Argument)
			}
			return
		}
	}
	t.Errorf("%q is not a tool", call.Name)
}
