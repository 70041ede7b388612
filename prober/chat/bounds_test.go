package chat

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

func gzipped(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What comes under the name of a stream and is none, as proxies and servers send it.
func TestNoStreamUnderTheNameOfOne(t *testing.T) {
	whole := roleEvent + tokenEvent + finishEvent + doneEvent
	for _, c := range []struct {
		name     string
		encoding string
		body     string
		want     Cause
		says     string
	}{
		{"compressed, unasked", "gzip", gzipped(t, whole), CauseNotAStream, "compressed with gzip"},
		{"compressed, and not said", "", gzipped(t, whole), CauseNotAStream, "compressed with gzip"},
		{"identity", "identity", whole, "", ""},
		{
			"a whole answer", "", `{"object":"chat.completion","choices":[{"message":{"content":"secret"}}]}`,
			CauseNotAStream, "a JSON document",
		},
		{
			"a page", "", "<html><head><title>Welcome</title></head>\n<body>secret</body></html>",
			CauseNotAStream, "an HTML page",
		},
		{
			"LiteLLM's error", "",
			`{"error":{"message":"litellm.APIConnectionError: boom","type":null,"param":null,"code":"500"}}`,
			CauseErrorEvent, "litellm.APIConnectionError: boom",
		},
		{"plain text", "", "upstream connect error", CauseNoEvents, "empty stream"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
				w.Header().Set("Content-Type", "text/event-stream")
				if c.encoding != "" {
					w.Header().Set("Content-Encoding", c.encoding)
				}
				_, _ = io.WriteString(w, c.body)
			})
			e := testEndpoint(OpenAIChat)
			e.URL = s.URL
			x := newTestClient(t, e, Options{}).Send(t.Context(), request(), nil)
			says := fmt.Sprint(x.Err)
			if x.Cause != c.want || !strings.Contains(says, c.says) || strings.Contains(says, "secret") {
				t.Errorf("%s, %s: %v; want %s, with %q", x.Outcome, x.Cause, x.Err, c.want, c.says)
			}
		})
	}
}

// An answer without an end costs bounded memory, and ends: at the limit of an event, of an error's text, or of time.
func TestEndlessAnswersAreBounded(t *testing.T) {
	const most = 64 << 20 // bytes allocated, buffers that grew included
	for _, c := range []struct {
		name   string
		status int
		kind   string
		start  string
		again  string
		want   Outcome
	}{
		{"a line", 200, "text/event-stream", "data: ", strings.Repeat("x", 32<<10), Broken},
		{"an event of many lines", 200, "text/event-stream", "", "data: " + strings.Repeat("x", 8<<10) + "\n", Broken},
		{"comments", 200, "text/event-stream", "", strings.Repeat(": ping\n\n", 4096), Timeout},
		{"tokens", 200, "text/event-stream", "", strings.Repeat(tokenEvent, 500), Timeout},
		{
			"after the finish marker", 200, "text/event-stream", tokenEvent + finishEvent + doneEvent,
			strings.Repeat("x", 32<<10), OK,
		},
		{"a document", 200, "application/json", `{"choices":[`, strings.Repeat(`"x",`, 8<<10), Broken},
		{"an error", 500, "application/json", `{"error":"`, strings.Repeat("x", 32<<10), ServerError},
		{"a page", 502, "text/html", "<title>", strings.Repeat("x", 32<<10), ServerError},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
				w.Header().Set("Content-Type", c.kind)
				w.WriteHeader(c.status)
				_, err := io.WriteString(w, c.start)
				for again := []byte(c.again); err == nil && r.Context().Err() == nil; {
					_, err = w.Write(again)
				}
			})
			e := testEndpoint(OpenAIChat)
			e.URL, e.Timeout = s.URL, model.Duration(time.Minute)
			if c.want == Timeout {
				e.Timeout, e.StallTimeout = model.Duration(time.Second), model.Duration(time.Second)
			}
			client := newTestClient(t, e, Options{})
			before := allocated()
			x := client.Send(t.Context(), request(), nil)
			if took := allocated() - before; x.Outcome != c.want || took > most {
				t.Errorf("%s (%v), %d MiB allocated; want %s, at most %d MiB", x.Outcome, x.Err, took>>20, c.want, most>>20)
			}
		})
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
