package simulator

import (
	"net/http"
	"testing"
)

// nowhere is a response that drops everything.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}
func (n nowhere) Flush()                      {}

func writing(frame func(answerInfo) framing) *stream {
	out := nowhere{http.Header{}}
	info := answerInfo{id: "0123456789abcdef", model: "m", fingerprint: "fp"}
	return &stream{
		effects: &requestEffects{},
		out:     out, flush: http.NewResponseController(out), frame: frame(info),
		writer: wordWriter{words: words(), split: tokenSplit{text: 1 << 40}, random: 1},
	}
}

// TestTokensCostNoMemory checks the promise of framing: writing a token allocates nothing.
func TestTokensCostNoMemory(t *testing.T) {
	s := writing(chatFraming)
	s.writeBatch(3)
	if n := testing.AllocsPerRun(1000, func() { s.writeBatch(3) }); n != 0 {
		t.Errorf("%.1f allocations for a batch of tokens", n)
	}
}

func BenchmarkTokens(b *testing.B) {
	for name, frame := range map[string]func(answerInfo) framing{"chat": chatFraming, "messages": messagesFraming} {
		b.Run(name, func(b *testing.B) {
			s := writing(frame)
			b.ReportAllocs()
			for b.Loop() {
				if err := s.writeBatch(3); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestPlanned(t *testing.T) {
	for _, c := range []struct {
		n      int
		reason float64
		call   bool
		want   tokenSplit
	}{
		{100, 0, false, tokenSplit{0, 100, 0}},
		{100, 0.2, true, tokenSplit{20, 60, 20}},
		{5, 0.2, true, tokenSplit{1, 1, 3}}, // a call takes three: its start, its value, its end
		{4, 0.2, true, tokenSplit{0, 1, 3}}, // and leaves one of text
		{3, 0, true, tokenSplit{0, 3, 0}},   // else there is none
		{10, 1, false, tokenSplit{9, 1, 0}}, // something is always said aloud
	} {
		if got := splitTokens(c.n, c.reason, c.call); got != c.want {
			t.Errorf("%d tokens, %v reasoning, call %v: %+v, want %+v", c.n, c.reason, c.call, got, c.want)
		}
	}
}
