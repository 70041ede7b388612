package simulator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

// steady is an engine that gives one token every 4 ms, under a script of incidents.
func steady(t *testing.T, incidents string) *simulator.Engine {
	t.Helper()
	script, err := simulator.ParseIncidents("test", []byte(incidents))
	if err != nil {
		t.Fatal(err)
	}
	p := profile(t, "fast")
	p.Speculation = simulator.Speculation{}
	e, err := simulator.NewEngine(p, simulator.EngineOptions{Incidents: script})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// response records when an answer was written, and stops its reader after so many bytes.
type response struct {
	start   time.Time
	header  http.Header
	status  int
	began   time.Duration // of the headers
	writes  []write
	size    int
	hangUp  func()
	atBytes int
}

type write struct {
	at   time.Duration
	text string
}

func (r *response) Header() http.Header { return r.header }

func (r *response) WriteHeader(status int) { r.status, r.began = status, time.Since(r.start) }

func (r *response) Write(b []byte) (int, error) {
	if r.size += len(b); r.atBytes > 0 && r.size >= r.atBytes {
		r.hangUp()
	}
	r.writes = append(r.writes, write{time.Since(r.start), string(b)})
	return len(b), nil
}

func (r *response) Flush() {}

func (r *response) body() string {
	var b strings.Builder
	for _, w := range r.writes {
		b.WriteString(w.text)
	}
	return b.String()
}

const chatPath = "/v1/chat/completions"

func chatBody(maxTokens int) string {
	return fmt.Sprintf(`{"stream":true,"stream_options":{"include_usage":true},"max_tokens":%d,`+
		`"messages":[{"role":"user","content":"x"}]}`, maxTokens)
}

// bodyOf asks for maxTokens in the dialect of a path.
func bodyOf(path string, maxTokens int) string {
	switch path {
	case "/v1/completions":
		return fmt.Sprintf(`{"stream":true,"stream_options":{"include_usage":true},"max_tokens":%d,"prompt":"x"}`, maxTokens)
	case "/v1/responses":
		return fmt.Sprintf(`{"stream":true,"max_output_tokens":%d,"input":"x"}`, maxTokens)
	default:
		return chatBody(maxTokens)
	}
}

func paths() []string {
	return []string{chatPath, "/v1/completions", "/v1/responses", "/v1/messages"}
}

// playOn asks an engine under incidents in simulated time. The client leaves after patience, or after so many
// bytes if that is above 0.
func playOn(t *testing.T, e *simulator.Engine, path, body string, patience time.Duration, bytes int) *response {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w := &response{start: time.Now(), header: http.Header{}, hangUp: cancel, atBytes: bytes}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("X-Request-Id", requestID)
	r.Header.Set("Authorization", "Bearer secret-key")
	simulator.NewServer(simulator.Options{}, simulator.Model{Name: "m", Engine: e}).ServeHTTP(w, r)
	return w
}

// answerTexts are the texts of a chat stream's tokens, one for each event.
func answerTexts(body string) []string {
	var texts []string
	for part := range strings.SplitSeq(body, `"delta":{"content":"`) {
		if text, _, found := strings.Cut(part, `"},"logprobs"`); found && strings.HasPrefix(text, " ") {
			texts = append(texts, text)
		}
	}
	return texts
}

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

func firstWith(w *response, text string) time.Duration {
	for _, x := range w.writes {
		if strings.Contains(x.text, text) {
			return x.at
		}
	}
	return 0
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

// TestSilences checks how long an answer is silent, where, and that the silence ends when the client leaves.
func TestSilences(t *testing.T) {
	for _, c := range []struct {
		name, incidents string
		patience        time.Duration
		began           time.Duration // of the headers; 0: none
		status          int
		first           time.Duration // of the first token; 0: none
	}{
		{
			"hang for a while", "- {kind: hang, ratio: 1, pause: 30s}", time.Minute, 30001 * time.Millisecond, 200,
			30 * time.Second,
		},
		{"hang", "- {kind: hang, ratio: 1}", time.Hour, 0, 0, 0},
		{
			"freeze for a while", "- {kind: freeze, ratio: 1, pause: 30s}", time.Minute, time.Millisecond, 200,
			30 * time.Second,
		},
		{"freeze", "- {kind: freeze, ratio: 1}", time.Hour, time.Millisecond, 200, 0},
		{
			"a gateway that gives up", "- {kind: hang, ratio: 1, pause: 60s}\n- {kind: errors, ratio: 1, status: 504}",
			time.Hour, time.Minute, 504, 0,
		},
		{
			"both", "- {kind: hang, ratio: 1, pause: 10s}\n- {kind: freeze, ratio: 1, pause: 10s}", time.Hour,
			10001 * time.Millisecond, 200, 20 * time.Second,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := playOn(t, steady(t, c.incidents), chatPath, chatBody(20), c.patience, 0)
				if w.status != c.status || w.began.Truncate(time.Millisecond) != c.began {
					t.Errorf("status %d at %v, want %d at %v", w.status, w.began, c.status, c.began)
				}
				if first := firstWith(w, `"content":" `); first.Truncate(time.Second) != c.first {
					t.Errorf("first token at %v, want %v", first, c.first)
				}
				if c.first == 0 && c.status != 504 && time.Since(w.start) != c.patience {
					t.Errorf("over after %v, want the client's %v", time.Since(w.start), c.patience)
				}
			})
		})
	}
}

// TestHangEndsWithTheEngine checks that a server can be stopped while its requests hang.
func TestHangEndsWithTheEngine(t *testing.T) {
	for _, incidents := range []string{
		"- {kind: hang, ratio: 1}", "- {kind: freeze, ratio: 1}", "- {kind: endless, ratio: 1}",
		"- {kind: hang, ratio: 1}\n- {kind: errors, ratio: 1, status: 502}",
	} {
		synctest.Test(t, func(t *testing.T) {
			e := steady(t, incidents)
			time.AfterFunc(time.Minute, e.Close)
			w := playOn(t, e, chatPath, chatBody(20), time.Hour, 0)
			if d := time.Since(w.start); d != time.Minute {
				t.Errorf("%s: over after %v, want when the engine closes", incidents, d)
			}
		})
	}
}

func TestEndless(t *testing.T) {
	for _, path := range paths() {
		synctest.Test(t, func(t *testing.T) {
			e := steady(t, "- {kind: endless, ratio: 1, pause: 100ms}")
			w := playOn(t, e, path, bodyOf(path, 10), 30*time.Second, 0)
			if events := len(w.writes); events < 300 || events > 320 {
				t.Errorf("%s: %d writes in 30 s, want one every 100 ms to the end", path, events)
			}
			if strings.Contains(w.body(), "[DONE]") || strings.Contains(w.body(), "usage\":{\"prompt") {
				t.Errorf("%s has an end", path)
			}
			validEvents(t, w.body())
		})
	}
}

func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 1<<20 + 1
		e := steady(t, fmt.Sprintf("- {kind: flood, ratio: 1, bytes: %d}", size))
		body := playOn(t, e, chatPath, chatBody(20), time.Minute, 0).body()
		if !strings.Contains(body, `data: "`+strings.Repeat("x", size)+"\"\n\n") || len(answerTexts(body)) != 20 {
			t.Errorf("%d bytes with %d tokens: want a line of %d x and 20 tokens", len(body), len(answerTexts(body)), size)
		}
		w := playOn(t, steady(t, "- {kind: flood, ratio: 1}"), chatPath, chatBody(20), time.Hour, 3*size)
		if w.size < 3*size || w.size > 4*size || time.Since(w.start) >= time.Hour {
			t.Errorf("%d bytes until the client left at %d", w.size, 3*size)
		}
		refusal := "- {kind: errors, ratio: 1, status: 500}\n- {kind: flood, ratio: 1, bytes: 100000}"
		w = playOn(t, steady(t, refusal), chatPath, chatBody(20), time.Minute, 0)
		if w.status != 500 || w.size < 100_000 {
			t.Errorf("status %d with %d bytes, want 500 with 100000 and more", w.status, w.size)
		}
	})
}
