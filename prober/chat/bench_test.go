package chat

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
)

// longSender answers every request with a recorded stream of 450 tokens.
func longSender(tb testing.TB) (*Client, *Request) {
	tb.Helper()
	answer := streamFile(tb, "llama-chat")
	buf := make([]byte, 64<<10) // the server shares the heap that is measured
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := r.Body.Read(buf); err == io.EOF {
				break
			} else if err != nil {
				tb.Error(err)
				return
			}
		}
		w.Header().Set("Content-Type", "text/event-stream")
		if _, err := w.Write(answer); err != nil {
			tb.Error(err)
		}
	}))
	tb.Cleanup(s.Close)
	e := testEndpoint(OpenAIChat)
	e.URL = s.URL
	c, err := NewClient(e, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	r := request()
	r.Conversation = longTalk()
	return c, r
}

// A turn of 200,000 tokens, from its conversation to its exchange and net/http of both sides
// included, stays under 64 KiB.
func TestLongTurnAllocates(t *testing.T) {
	c, r := longSender(t)
	send := func() {
		if x := c.Send(context.Background(), r, nil); x.Outcome != OK || x.Sent < 1_000_000 {
			t.Fatal(x.Outcome, x.Err, x.Sent)
		}
	}
	send()
	var least uint64 = 1 << 30 // a garbage collection in between empties pools, which is not the turn's doing
	for range 20 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		send()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	if least > 64<<10 {
		t.Errorf("a turn allocates %d bytes, want less than 64 KiB", least)
	}
	t.Logf("a turn allocates %d bytes", least)
}

func BenchmarkSend(b *testing.B) {
	c, r := longSender(b)
	b.ReportAllocs()
	for b.Loop() {
		if x := c.Send(context.Background(), r, nil); x.Outcome != OK {
			b.Fatal(x.Outcome, x.Err)
		}
	}
}
