package chat

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func newTestClient(t *testing.T, e Endpoint, o Options) *Client {
	t.Helper()
	c, err := NewClient(e, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func streamFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "streams", name+".sse"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// serve answers every request with a handler, after having read its body.
func serve(t *testing.T, h func(w http.ResponseWriter, r *http.Request, body []byte)) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		h(w, r, body)
	}))
	t.Cleanup(s.Close)
	return s
}

func request() *Request {
	return &Request{ID: "0123456789abcdef", Session: "cafe", Conversation: smallTalk(), MaxTokens: 450}
}

func TestSend(t *testing.T) {
	for _, a := range []struct {
		api  API
		file string
		path string
	}{
		{OpenAIChat, "llama-chat", "/v1/chat/completions"},
		{OpenAICompletions, "llama-compl", "/v1/completions"},
		{OpenAIResponses, "llama-resp", "/v1/responses"},
		{AnthropicMessages, "llama-anth", "/v1/messages"},
	} {
		t.Run(string(a.api), func(t *testing.T) {
			recorded := streamFile(t, a.file)
			var got *http.Request
			var length int
			s := serve(t, func(w http.ResponseWriter, r *http.Request, body []byte) {
				got, length = r, len(body)
				w.Header().Set("Content-Type", "text/event-stream")
				w.Header().Set("Server", "tiny/1")
				fmt.Fprintf(w, "%s", recorded)
			})
			e := testEndpoint(a.api)
			e.URL = s.URL + "/v1"
			e.SessionHeaders = []string{"X-Session-ID"}
			c := newTestClient(t, e, Options{Version: "1.2.3"})
			var first []time.Time
			for i := range 2 {
				x := c.Send(context.Background(), request(), func(at time.Time) { first = append(first, at) })
				if x.Outcome != OK || x.Err != nil {
					t.Fatalf("outcome %s: %v", x.Outcome, x.Err)
				}
				if x.Reused != (i == 1) {
					t.Errorf("request %d: reused %v", i, x.Reused)
				}
				if len(first) != i+1 || !first[i].Equal(x.FirstToken) {
					t.Errorf("first token %v, told %v", x.FirstToken, first)
				}
				inOrder(t, &x)
				if x.Sent != int64(length) || x.Status != 200 || x.Identity.Server != "tiny/1" ||
					x.Identity.Protocol != "HTTP/1.1" || x.Identity.Model != "tiny-random" && a.api != OpenAIResponses {
					t.Errorf("sent %d of %d, status %d, %+v", x.Sent, length, x.Status, x.Identity)
				}
			}
			if got.URL.Path != a.path || got.ContentLength != int64(length) || got.Header.Get("Accept-Encoding") != "" {
				t.Errorf("path %s, length %d, %v", got.URL.Path, got.ContentLength, got.Header)
			}
			for name, want := range map[string]string{
				"X-Request-Id":      "0123456789abcdef",
				"X-Session-Id":      "cafe",
				"X-Synthetic-Probe": "firsttoken",
				"User-Agent":        "firsttoken/1.2.3",
				"Content-Type":      "application/json",
				"Accept":            "text/event-stream",
			} {
				if got.Header.Get(name) != want {
					t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
				}
			}
		})
	}
}

// inOrder checks that everything happened, one after the other.
func inOrder(t *testing.T, x *Exchange) {
	t.Helper()
	last := x.Started
	for i, at := range []time.Time{x.Connected, x.Written, x.Headers, x.FirstEvent, x.FirstToken, x.LastToken, x.End} {
		if at.IsZero() || at.Before(last) {
			t.Errorf("instant %d after Started is %v, the one before %v", i, at, last)
		}
		last = at
	}
}
