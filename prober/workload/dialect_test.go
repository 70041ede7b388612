package workload

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// TestEveryDialectIsValidJSON encodes a long prompt with tool calls, questions and text from around
// the corpus's end: what the package calls escaped has to be that wherever a dialect puts it.
func TestEveryDialectIsValidJSON(t *testing.T) {
	s := agent(always(Watch()), 51)
	s.MidLife()
	_, r := step(s)
	r.ID = "0123456789abcdef"
	for _, api := range chat.APIs() {
		e, err := chat.NewEncoder(chat.Endpoint{URL: "http://localhost/v1", API: api, Model: "m"})
		if err != nil {
			t.Fatal(err)
		}
		b := e.Body(&r)
		text, err := io.ReadAll(b)
		if err != nil || int64(len(text)) != b.Len() || len(text) < 150_000 {
			t.Errorf("%s: %d bytes of %d: %v", api, len(text), b.Len(), err)
		}
		if !json.Valid(text) {
			t.Errorf("%s: the body is not JSON", api)
		}
		b.Close()
	}
}
