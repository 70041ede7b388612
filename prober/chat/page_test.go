package chat

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const pageKey = "sk-0123456789abcdef"

// pageClient is a client whose base has a path and a query, with a key.
func pageClient(t *testing.T, api API, url string) *Client {
	t.Helper()
	e := testEndpoint(api)
	e.URL, e.APIKeyFile = url+"/team/v1?api-version=1", filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(e.APIKeyFile, []byte(pageKey), 0o600); err != nil {
		t.Fatal(err)
	}
	return newTestClient(t, e, Options{})
}

func TestGet(t *testing.T) {
	var seen []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Method+" "+r.URL.String()+" "+r.Header.Get("Authorization")+r.Header.Get("X-Api-Key"))
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "http://elsewhere.invalid/", http.StatusFound)
		case "/refused":
			http.Error(w, `{"error":{"message":"bad \u001b[2Jkey `+pageKey+`"}}`, http.StatusUnauthorized)
		case "/long":
			_, _ = io.WriteString(w, strings.Repeat("x", 1000))
		}
	}))
	defer s.Close()
	c := pageClient(t, OpenAIChat, s.URL)
	if p := c.Get(t.Context(), "/long", 10); p.Err != nil || p.Status != 200 || string(p.Body) != "xxxxxxxxxx" {
		t.Errorf("%+v", p)
	}
	if p := c.Get(t.Context(), "/moved", 10); p.Err != nil || p.Status != 302 {
		t.Errorf("a redirect: %+v", p)
	}
	if p := c.Get(t.Context(), "refused", 1000); p.Status != 401 || p.Said != "bad [2Jkey <secret>" {
		t.Errorf("an error: %q", p.Said)
	}
	pageClient(t, AnthropicMessages, s.URL).Get(t.Context(), "/x", 10)
	want := []string{
		"GET /long?api-version=1 Bearer " + pageKey, "GET /moved?api-version=1 Bearer " + pageKey,
		"GET /refused?api-version=1 Bearer " + pageKey, "GET /x?api-version=1 " + pageKey,
	}
	if strings.Join(seen, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", seen)
	}
}

func TestGetWithoutAnAnswer(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	c := pageClient(t, OpenAIChat, s.URL)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p := c.Get(ctx, "/", 10); p.Err == nil || p.Status != 0 || p.Cause == "" {
		t.Errorf("cancelled: %+v", p)
	}
	s.Close()
	if p := c.Get(t.Context(), "/", 10); p.Err == nil || p.Cause != CauseConnectRefused {
		t.Errorf("nothing listens: %+v", p)
	}
	if err := os.Remove(c.endpoint.APIKeyFile); err != nil {
		t.Fatal(err)
	}
	if p := c.Get(t.Context(), "/", 10); p.Err == nil || p.Cause != CauseKeyFile {
		t.Errorf("no key: %+v", p)
	}
}

func TestPrintable(t *testing.T) {
	c := pageClient(t, OpenAIChat, "http://h")
	if got := c.Printable("a\x1b[2J\u202e" + pageKey + "\n"); got != "a[2J<secret>" {
		t.Errorf("%q", got)
	}
	if got := c.Printable(strings.Repeat("é", 1000)); len(got) > maxWords {
		t.Errorf("%d bytes", len(got))
	}
}
