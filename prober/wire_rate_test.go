package prober

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// speech is what a server writes in one dialect.
type speech struct {
	start string
	token string
	end   string // with %d for the tokens of output, and for those of reasoning
	mute  string // the end without usage
}

func speeches() map[chat.API]speech {
	const openAI = `"usage":{"prompt_tokens":4000,"completion_tokens":%d,` +
		`"completion_tokens_details":{"reasoning_tokens":%d}}`
	const stop = `"finish_reason":"stop"}]`
	event := func(data string) string { return "data: " + data + "\n\n" }
	done := event("[DONE]")
	return map[chat.API]speech{
		chat.OpenAIChat: {
			event(`{"model":"m","choices":[{"delta":{"role":"assistant","content":""}}]}`),
			event(`{"model":"m","choices":[{"delta":{"content":" word"}}]}`),
			event(`{"model":"m","choices":[{"delta":{},`+stop+`,`+openAI+`}`) + done,
			event(`{"model":"m","choices":[{"delta":{},`+stop+`}`) + done,
		},
		chat.OpenAICompletions: {
			": queued\n\n",
			event(`{"model":"m","choices":[{"text":" word"}]}`),
			event(`{"model":"m","choices":[{"text":"",`+stop+`,`+openAI+`}`) + done,
			event(`{"model":"m","choices":[{"text":"",`+stop+`}`) + done,
		},
		chat.OpenAIResponses: {
			event(`{"type":"response.output_item.added","item":{"type":"reasoning","summary":[]}}`),
			event(`{"type":"response.output_text.delta","delta":" word"}`),
			event(`{"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":4000,` +
				`"output_tokens":%d,"output_tokens_details":{"reasoning_tokens":%d}}}}`),
			event(`{"type":"response.completed","response":{"status":"completed"}}`),
		},
		chat.AnthropicMessages: {
			event(`{"type":"message_start","message":{"model":"m","usage":{"input_tokens":4000,"output_tokens":1}}}`) +
				event(`{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}`) +
				event(`{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"Eq"}}`),
			event(`{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" word"}}`),
			event(`{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":%d,`+
				`"output_tokens_details":{"thinking_tokens":%d}}}`) + event(`{"type":"message_stop"}`),
			event(`{"type":"message_delta","delta":{"stop_reason":"end_turn"}}`) + event(`{"type":"message_stop"}`),
		},
	}
}

// judgedTPS is the verdict on a result's rate against 30 tokens a second.
func judgedTPS(r Result) (bad, judged bool) {
	objectives := map[slo.Name]slo.Objective{slo.TPS: {Ratio: 0.95, Threshold: 30}}
	verdicts := slo.NewJudge("t", objectives, r.Started, true).Finish(r.completion(), nil)
	return len(verdicts) == 1 && verdicts[0].Bad, len(verdicts) == 1
}

func eachDialect(t *testing.T, test func(t *testing.T, api chat.API, s speech)) {
	t.Helper()
	for api, s := range speeches() {
		t.Run(string(api), func(t *testing.T) { test(t, api, s) })
	}
}

// speak writes n tokens, fifty a second.
func (s speech) speak(write func(string), n int) {
	for range n {
		write(s.token)
		time.Sleep(20 * time.Millisecond)
	}
}

// The rate is that of the visible stream: 250 hidden tokens, then 50 visible ones at 50 a second.
func TestHiddenReasoningOverHTTP(t *testing.T) {
	eachDialect(t, func(t *testing.T, api chat.API, s speech) {
		t.Helper()
		r := overHTTP(t, api, func(write func(string)) {
			write(s.start)
			time.Sleep(5 * time.Second)
			s.speak(write, 50)
			write(fmt.Sprintf(s.end, 300, 250))
		})
		tps, _ := r.TPS()
		if hidden, _ := r.HiddenTokens(); tps < 48 || tps > 52 || hidden != 250 {
			t.Errorf("%s (%v): TPS %.1f, %d hidden", r.Outcome, r.Err, tps, hidden)
		}
	})
}

// An answer that was collected on its way has no rate, and is bad for the objective: at once, or in 30 writes within
// 5 ms.
func TestBufferedOverHTTP(t *testing.T) {
	eachDialect(t, func(t *testing.T, api chat.API, s speech) {
		t.Helper()
		for _, writes := range []int{1, 30} {
			r := overHTTP(t, api, func(write func(string)) {
				time.Sleep(8 * time.Second)
				for range writes {
					write(strings.Repeat(s.token, 300/writes))
					time.Sleep(5 * time.Millisecond / 30)
				}
				write(fmt.Sprintf(s.end, 300, 0))
			})
			_, has := r.TPS()
			if bad, _ := judgedTPS(r); has || !r.NotStreamed() || !bad || r.Outcome != chat.OK {
				t.Errorf("%d writes: %s (%v): rate %v, not streamed %v, bad %v",
					writes, r.Outcome, r.Err, has, r.NotStreamed(), bad)
			}
		}
	})
}

// Eight tokens an event, at 50 tokens a second.
func TestManyTokensAnEventOverHTTP(t *testing.T) {
	eachDialect(t, func(t *testing.T, api chat.API, s speech) {
		t.Helper()
		eight := strings.Replace(s.token, " word", strings.Repeat(" word", 8), 1)
		for _, events := range []int{5, 40} {
			r := overHTTP(t, api, func(write func(string)) {
				for range events {
					time.Sleep(160 * time.Millisecond)
					write(eight)
				}
				write(fmt.Sprintf(s.end, 8*events, 0))
			})
			if tps, ok := r.TPS(); !ok || !near(tps, 50) {
				t.Errorf("%d events: %s (%v): TPS %.2f", events, r.Outcome, r.Err, tps)
			}
		}
	})
}

// Without usage there is an estimate, in a series of its own, and a verdict.
func TestNoUsageOverHTTP(t *testing.T) {
	eachDialect(t, func(t *testing.T, api chat.API, s speech) {
		t.Helper()
		r := overHTTP(t, api, func(write func(string)) {
			s.speak(write, 100)
			write(s.mute)
		})
		_, counted := r.TPS()
		guess, _ := r.EstimatedTPS()
		if bad, judged := judgedTPS(r); counted || !near(guess, 50) || bad || !judged {
			t.Errorf("%s (%v): counted %v, estimated %.1f, judged %v, bad %v", r.Outcome, r.Err, counted, guess, judged, bad)
		}
	})
}

// A count of more tokens than the stream has bytes is not believed: the rate is an estimate, and no higher than the
// truth.
func TestInflatedUsageOverHTTP(t *testing.T) {
	eachDialect(t, func(t *testing.T, api chat.API, s speech) {
		t.Helper()
		r := overHTTP(t, api, func(write func(string)) {
			s.speak(write, 100)
			write(fmt.Sprintf(s.end, 2000, 0))
		})
		tps, counted := r.TPS()
		guess, _ := r.EstimatedTPS()
		if bad, judged := judgedTPS(r); counted || !near(guess, 50) || bad || !judged {
			t.Errorf("%s (%v): counted %v (%.0f), estimated %.1f, judged %v, bad %v",
				r.Outcome, r.Err, counted, tps, guess, judged, bad)
		}
	})
}
