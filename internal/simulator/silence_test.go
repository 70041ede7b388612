package simulator_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

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
