package chat

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func FuzzOpenAIChat(f *testing.F)        { fuzzDecoder(f, OpenAIChat) }
func FuzzOpenAICompletions(f *testing.F) { fuzzDecoder(f, OpenAICompletions) }
func FuzzOpenAIResponses(f *testing.F)   { fuzzDecoder(f, OpenAIResponses) }
func FuzzAnthropicMessages(f *testing.F) { fuzzDecoder(f, AnthropicMessages) }

// fuzzDecoder holds a dialect to what is true of any bytes: reading never panics, where reads end
// makes no difference, reading in place is reading in full, and an exchange agrees with itself.
func fuzzDecoder(f *testing.F, a API) {
	f.Helper()
	for _, s := range everyStream(f) {
		if s.api == a {
			f.Add(abridged(s.data), uint64(7))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		whole := replay(a, &script{data: data}, way{expect: "the"})
		agrees(t, &whole)
		want := fmt.Sprintf("%+v", timeless(whole))
		rng := rand.New(rand.NewPCG(seed, 1))
		split := replay(a, &script{data: data, cuts: func(int) int { return 1 + rng.IntN(40) }}, way{expect: "the"})
		if got := fmt.Sprintf("%+v", timeless(split)); got != want {
			t.Errorf("split:\n%s\n%s", got, want)
		}
		slow := replay(a, &script{data: data}, way{expect: "the", slow: true})
		if got := fmt.Sprintf("%+v", timeless(slow)); got != want {
			t.Errorf("read in full:\n%s\n%s", got, want)
		}
	})
}

func agrees(t *testing.T, x *Exchange) {
	t.Helper()
	if (x.Err == nil) != (x.Outcome == OK) {
		t.Errorf("%s with error %v", x.Outcome, x.Err)
	}
	if x.Events > 0 != !x.FirstToken.IsZero() || x.Events > 0 != !x.LastToken.IsZero() || x.HasGap != (x.Events > 1) {
		t.Errorf("%d events, first %v, last %v, gap %v", x.Events, x.FirstToken, x.LastToken, x.HasGap)
	}
	if x.End.IsZero() || x.LastToken.After(x.End) || x.FirstToken.After(x.LastToken) ||
		x.FirstEvent.IsZero() && x.Events > 0 {
		t.Errorf("instants out of order: %+v", x.Instants)
	}
}
