package simulator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
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

func firstWith(w *response, text string) time.Duration {
	for _, x := range w.writes {
		if strings.Contains(x.text, text) {
			return x.at
		}
	}
	return 0
}
