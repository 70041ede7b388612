package workload

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// sharedCorpus is made once: it is immutable, and 1 MiB.
var sharedCorpus = sync.OnceValue(func() *Corpus { return NewCorpus("1.2.3") })

// flatten is the prompt as one piece of text in the order in which a server reads it.
func flatten(c chat.Conversation) []byte {
	var b bytes.Buffer
	for _, t := range c.Tools() {
		fmt.Fprintf(&b, "%s %s %s\x1e", t.Name, t.Description, t.Parameters)
	}
	for i := range c.Len() {
		flattenMessage(&b, c.Message(i))
	}
	return b.Bytes()
}

func flattenMessage(b *bytes.Buffer, m chat.Message) {
	fmt.Fprintf(b, "%d:%d:%s:%s=%s:", m.Role, m.Call.ID, m.Call.Name, m.Call.Argument, join(m.Call.Value))
	b.Write(join(m.Text))
	b.WriteByte(0x1e)
}

func join(t chat.Text) []byte { return bytes.Join(t[:], nil) }

// unescaped is a message's text as a server gets it. The test fails if the text is not the inside of a JSON
// string.
func unescaped(t *testing.T, text chat.Text) string {
	t.Helper()
	var s string
	if err := json.Unmarshal([]byte(`"`+string(join(text))+`"`), &s); err != nil {
		t.Fatalf("text is not escaped JSON: %v", err)
	}
	return s
}

// agent is a session of a shape under test, with a calibration of its own.
func agent(shape Shape, ordinal uint64) *Session {
	return NewSession(&shape, sharedCorpus(), NewCalibration(shape.TokensPerWord),
		Identity{Seed: 7, Target: "t", Epoch: 1, Ordinal: ordinal})
}

// step is one turn that reached its server at once.
func step(s *Session) (Turn, chat.Request) {
	t, r := s.Next(Ages{Session: Ago(0), Prefix: Ago(0)})
	s.Settle(true)
	return t, r
}

// always returns a shape in which every person's turn, and no other, asks for a checksum.
func always(s Shape) Shape {
	s.RecallShare = s.HumanShare + s.IdleShare
	return s
}

// countWords counts what Turn.Words counts.
func countWords(t *testing.T, c chat.Conversation) int {
	t.Helper()
	n := 0
	if len(c.Tools()) > 0 {
		n += sharedCorpus().toolWords
	}
	for i := range c.Len() {
		m := c.Message(i)
		n += len(strings.Fields(unescaped(t, m.Text)))
		if m.Role == chat.Assistant && m.Call.ID != 0 {
			n += callWords
		}
	}
	return n
}
