package otel

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const (
	responderRole = "FIRSTTOKEN_TEST_RESPONDER"
	tokenGap      = 40 * time.Millisecond // 25 tokens per second
)

// respond serves until its standard input ends, and prints its address first.
func respond() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", answer)
	mux.HandleFunc("POST /v1/traces", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	})
	go func() { _ = http.Serve(l, mux) }()
	fmt.Println(l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// chunk begins each event of an answer.
const chunk = `data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m",`

// answer streams the requested number of tokens, each in a write of its own.
func answer(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		N int `json:"max_tokens"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	tick := time.NewTicker(tokenGap)
	defer tick.Stop()
	for range ask.N {
		<-tick.C
		_, err := io.WriteString(w, chunk+`"choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}`+"\n\n")
		if err != nil {
			return
		}
		_ = flush.Flush()
	}
	fmt.Fprintf(w, chunk+`"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}`+"\n\n"+
		chunk+`"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":%d,"total_tokens":%d}}`+"\n\n"+
		"data: [DONE]\n\n", ask.N, ask.N+10)
}

// startResponder runs the endpoint and the collector in a process of their own, so that their work is not
// counted as ours, and returns the URL.
func startResponder(b *testing.B) string {
	b.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), responderRole+"=1")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close() // ends it
		_ = c.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return "http://" + strings.TrimSpace(address)
}
