//go:build real

package real

import (
	"slices"
	"testing"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// halfCharacters makes each answer begin with a character that the vocabulary has only as two bytes, so that its first
// token is half a character. What llama.cpp then leaves out and repeats is its own doing.
const halfCharacters = `root ::= "\u00e9" [ -~]*`

// An answer of Messages that begins with half a character comes without message_start. Its times stand; the prompt is
// not counted, nothing is learnt from it, and the quirk says so. Other dialects lose nothing that counts.
func TestHalfACharacterFirst(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		api    chat.API
		quirks []string
		input  bool // is counted
	}{
		{chat.AnthropicMessages, []string{"no_opening", "no_input_count"}, false},
		{chat.OpenAIChat, nil, true},
		{chat.OpenAIResponses, nil, true},
		{chat.OpenAICompletions, nil, true},
	} {
		t.Run(string(row.api), func(t *testing.T) {
			t.Parallel()
			e := startEngine(t, engineSettings{grammar: halfCharacters})
			x := tiny(e.url())
			x.more = "api: " + string(row.api)
			d := startDaemon(t, x)
			d.await(t, "ok", 6)
			d.settled(t)
			e.idle(t)
			answers := d.read(t)
			for _, r := range answers {
				if r.Outcome != "ok" || r.FirstToken == 0 || r.Tokens.Output == 0 || !slices.Equal(r.Quirks, row.quirks) ||
					(r.Tokens.Input > 0) != row.input {
					t.Errorf("%s %s: first token %v, %+v, quirks %q", r.Outcome, r.Error, r.FirstToken, r.Tokens, r.Quirks)
				}
			}
			if row.input {
				compareTokens(t, e, d)
				return
			}
			d.countsNoPrompts(t, len(answers))
			own, other := d.tokens(t, "output"), e.counters(t)["llamacpp:tokens_predicted_total"]
			if own != other {
				t.Errorf("output tokens: %.0f, engine %.0f", own, other)
			}
		})
	}
}

// countsNoPrompts holds that no series and no calibration took an unknown number of tokens for a number.
func (d *daemon) countsNoPrompts(t *testing.T, answers int) {
	t.Helper()
	for _, quirk := range []string{"no_opening", "no_input_count"} {
		if n := d.sum(t, "firsttoken_quirks_total", "quirk", quirk); n != float64(answers) {
			t.Errorf("%v answers with the quirk %s, want all %d", n, quirk, answers)
		}
	}
	for _, kind := range []string{"input_uncached", "input_cached", "input_cache_write"} {
		if n := d.tokens(t, kind); n != 0 {
			t.Errorf("%v tokens %s", n, kind)
		}
	}
	if n := d.sum(t, "firsttoken_tokens_estimated_total", "kind", "input"); n < 1000 {
		t.Errorf("%v estimated input tokens", n)
	}
	if n := d.sum(t, "firsttoken_tokens_per_word"); n != 1 {
		t.Errorf("%v tokens per word were learnt from nothing", n)
	}
}
