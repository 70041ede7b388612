//go:build real

package real

import (
	"slices"
	"testing"
	"time"
)

// Every token that the engine counts is one that firsttoken counts, cached or not, in every dialect that
// llama.cpp serves.
func TestTokensEqualTheEngine(t *testing.T) {
	t.Parallel()
	for _, api := range []string{"openai_chat", "openai_responses", "openai_completions", "anthropic_messages"} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			e := startEngine(t, engineSettings{})
			x := target{
				name: "tiny", url: e.url(), model: "tiny", engine: "llama.cpp",
				more: "api: " + api,
			}
			d := startDaemon(t, x)
			d.await(t, "ok", 10)
			d.settled(t)
			e.idle(t)
			compareTokens(t, e, d)
		})
	}
}

// compareTokens holds results and metrics to the engine's counters.
func compareTokens(t *testing.T, e *engine, d *daemon) {
	t.Helper()
	results := d.goodTokens(t)
	c := e.counters(t)
	t.Logf("%.0f input tokens, %.0f of them cached, %.0f output tokens", results.input, results.cached, results.output)
	fromCache := c["llamacpp:prompt_tokens_cached_total"]
	prompt := d.tokens(t, "input_uncached") + d.tokens(t, "input_cached") + d.tokens(t, "input_cache_write")
	for _, row := range []struct {
		what                string
		results, own, other float64
	}{
		{"input", results.input, prompt, c["llamacpp:prompt_tokens_total"] + fromCache},
		{"cached", results.cached, d.tokens(t, "input_cached"), fromCache},
		{"output", results.output, d.tokens(t, "output"), c["llamacpp:tokens_predicted_total"]},
	} {
		if row.results != row.other || row.own != row.other || row.other == 0 {
			t.Errorf("%s tokens: results %.0f, metrics %.0f, engine %.0f", row.what, row.results, row.own, row.other)
		}
	}
	if t.Failed() {
		for _, r := range d.read(t) {
			t.Logf("%s %+v %s retried %v", r.Started.Format(time.TimeOnly), r.Tokens, r.Usage, r.Retried)
		}
	}
}

// The time to the first token is what the engine's log says of the prompt, and what HTTP and the templates of the
// engine take. One request is in flight at a time, so that lines of the log and results pair by their order.
func TestFirstTokenFollowsTheEnginesLog(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{})
	x := target{
		name: "tiny", url: e.url(), model: "tiny", engine: "llama.cpp",
		load: "max_in_flight: 1",
	}
	d := startDaemon(t, x)
	d.await(t, "ok", 10)
	d.settled(t)
	e.idle(t)
	results, prefills := d.with(t, "ok"), e.prefills(t)
	if len(results) != len(prefills) {
		t.Fatalf("%d results, %d prompts in the engine's log", len(results), len(prefills))
	}
	var over []time.Duration
	for i, r := range results {
		p, wait := prefills[i], r.FirstToken-r.Written
		if computed := r.Tokens.Input - r.Tokens.Cached; computed != p.tokens {
			t.Errorf("turn %d: %d tokens to compute, the engine's log says %d", i, computed, p.tokens)
		}
		if wait < p.took-time.Millisecond { // the log rounds
			t.Errorf("turn %d: a first token after %v, before the engine had it after %v", i, wait, p.took)
		}
		over = append(over, wait-p.took)
	}
	slices.Sort(over)
	median := over[len(over)/2]
	t.Logf("%d first tokens after the engine's prompt time: median %v, longest %v", len(over), median, over[len(over)-1])
	if median > time.Second { // parsing, templates and tokenizing on a busy machine
		t.Errorf("half of the first tokens came more than %v after the engine had them", median)
	}
}
