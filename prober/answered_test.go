package prober

import "testing"

func TestAskedFor(t *testing.T) {
	for _, c := range []struct {
		asked, answered string
		same            bool
	}{
		{"kimi", "", true}, // says nothing
		{"kimi", "kimi", true},
		{"moonshotai/Kimi-K2.5", "kimi-k2.5", true},               // without its owner
		{"Kimi-K2.5", "/models/Kimi-K2.5/", true},                 // a path, as vLLM serves it
		{"claude-sonnet-5-5", "claude-sonnet-5-5-20261001", true}, // a dated version
		{"mistral-large-latest", "mistral-large-2610", true},      // what latest means
		{"mistral-large-latest", "mistral-small-2610", false},
		{"qwen3", "qwen3:30b", true},                                        // a tag
		{"my-alias", "the-model", true},                                     // by answers_as
		{"nosuch", "tiny", false},                                           // llama.cpp serves any name
		{"gpt-5", "gpt-5.6", false},                                         // another model, not a version
		{"fb-gw", "tiny-gw", false},                                         // a gateway's fallback
		{"accounts/fireworks/models/kimi-k2p5", "kimi-k2p5-instruct", true}, // longer by a part
	} {
		target := Target{AnswersAs: []string{"the-model"}}
		target.Model = c.asked
		if got := target.AskedFor(c.answered); got != c.same {
			t.Errorf("asked for %s, answered by %s: %v", c.asked, c.answered, got)
		}
	}
}
