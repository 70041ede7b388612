package simulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

func TestHiddenReasoning(t *testing.T) {
	visible := map[string]string{
		chatPath: `"content":" `, "/v1/completions": `"text":" `,
		"/v1/responses": `"delta":" `, "/v1/messages": `"text_delta","text":" `,
	}
	reported := map[string]string{
		chatPath: `"completion_tokens":300,"prompt_tokens_details":{"cached_tokens":0},` +
			`"completion_tokens_details":{"reasoning_tokens":250}`,
		"/v1/completions": `"completion_tokens_details":{"reasoning_tokens":250}`,
		"/v1/responses":   `"output_tokens":300,"output_tokens_details":{"reasoning_tokens":250}`,
		"/v1/messages":    `"output_tokens":300,"output_tokens_details":{"thinking_tokens":250}`,
	}
	for _, path := range paths() {
		synctest.Test(t, func(t *testing.T) {
			e := steady(t, "- {kind: hidden_reasoning, ratio: 1, tokens: 250}")
			w := playOn(t, e, path, bodyOf(path, 300), time.Minute, 0)
			if got := strings.Count(w.body(), visible[path]); got != 50 {
				t.Errorf("%s: %d visible tokens, want 50", path, got)
			}
			if !strings.Contains(w.body(), reported[path]) {
				t.Errorf("%s: no %s in\n%s", path, reported[path], w.writes[len(w.writes)-1].text)
			}
			first := firstWith(w, visible[path])
			if silence := first - w.began; silence < 1000*time.Millisecond || silence > 1010*time.Millisecond {
				t.Errorf("%s: first visible token after %v of 250 hidden tokens of 4 ms", path, silence)
			}
		})
	}
}

// TestAllHidden checks that hidden reasoning can take the whole of an answer's tokens.
func TestAllHidden(t *testing.T) {
	for _, path := range paths() {
		synctest.Test(t, func(t *testing.T) {
			e := steady(t, "- {kind: hidden_reasoning, ratio: 1, tokens: 1000}")
			body := playOn(t, e, path, bodyOf(path, 20), time.Minute, 0).body()
			if strings.Contains(body, `"content":" `) || strings.Contains(body, `"text":" `) ||
				strings.Contains(body, `"delta":" `) {
				t.Errorf("%s: a visible token in\n%s", path, body)
			}
			if !strings.Contains(body, `tokens":20`) || !strings.Contains(body, "length") && !strings.Contains(body, "max_") {
				t.Errorf("%s: not ended by 20 tokens:\n%s", path, body)
			}
		})
	}
}

func TestGrouped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const grouped = "- {kind: grouped, ratio: 1, tokens: 8}\n"
		for incidents, want := range map[string]string{
			grouped:                               "[8 8 4]",
			grouped + "- {kind: abort, ratio: 1}": "[8 2]", // after half of the tokens
		} {
			w := playOn(t, steady(t, incidents), chatPath, chatBody(20), time.Minute, 0)
			var sizes []int
			for _, text := range answerTexts(w.body()) {
				sizes = append(sizes, strings.Count(text, " "))
			}
			if got := fmt.Sprint(sizes); got != want {
				t.Errorf("%s: events of %s tokens, want %s", incidents, got, want)
			}
		}
	})
}

func TestBuffered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stamped time.Duration
		start := time.Now()
		e := steady(t, "- {kind: buffered, ratio: 1}")
		s := simulator.NewServer(simulator.Options{OnFirstToken: func(_ string, before, _ time.Time) {
			stamped = before.Sub(start)
		}}, simulator.Model{Name: "m", Engine: e})
		w := &response{start: start, header: http.Header{}}
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, chatPath,
			strings.NewReader(chatBody(50))))
		if len(w.writes) != 1 || len(answerTexts(w.body())) != 50 {
			t.Fatalf("%d writes of %d tokens, want 1 of 50", len(w.writes), len(answerTexts(w.body())))
		}
		if at := w.writes[0].at; at < 200*time.Millisecond || stamped != at {
			t.Errorf("written at %v, and stamped at %v; want after 50 tokens of 4 ms", at, stamped)
		}
	})
}
