package chat

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// scan cuts a stream into events, reading n bytes at a time.
func scan(t testing.TB, s *scanner, data string, n int) (events []string, err error) {
	t.Helper()
	for data != "" {
		buf, err := s.room(n)
		if err != nil {
			return events, err
		}
		got := copy(buf, data)
		data = data[got:]
		s.read(got)
		for {
			ev, ok, err := s.next()
			if err != nil {
				return events, err
			}
			if !ok {
				break
			}
			events = append(events, string(ev.name)+"|"+string(ev.data))
		}
	}
	if ev, ok := s.rest(); ok {
		events = append(events, "rest "+string(ev.name)+"|"+string(ev.data))
	}
	return events, nil
}

func TestScanner(t *testing.T) {
	tests := []struct {
		stream string
		want   []string
	}{
		{"data: a\n\ndata: b\n\n", []string{"|a", "|b"}},         // LF
		{"data: a\r\n\r\ndata: b\r\n\r\n", []string{"|a", "|b"}}, // CRLF
		{"data: a\r\rdata: b\r\r", []string{"|a", "|b"}},         // CR
		{"data: a\r\n\ndata: b\n\r\n", []string{"|a", "|b"}},     // mixed
		{"\ufeffdata: a\n\n", []string{"|a"}},                    // a BOM at the start is none of the data
		{"data: a\n\n\ufeffdata: b\n\n", []string{"|a"}},         // anywhere else it makes a field that nobody knows
		{"data:a\n\n", []string{"|a"}},                           // without space
		{"data:  a \n\n", []string{"| a "}},                      // one space only
		{"data: a\ndata: b\ndata:\n\n", []string{"|a\nb\n"}},     // several lines
		{"data: a\r\ndata: b\r\n\r\n", []string{"|a\nb"}},        // the LF of a CRLF is no blank line
		{"data: a\rdata: b\r\r", []string{"|a\nb"}},
		{"data: 1\n\nevent: x\ndata: " + strings.Repeat("y", 3000) + "\ndata: " + strings.Repeat("z", 3000) + "\n\n", []string{"|1", "x|" + strings.Repeat("y", 3000) + "\n" + strings.Repeat("z", 3000)}}, // moves within the buffer, twice
		{": hi\n\n:\n\ndata: a\n: c\n\n", []string{"|a"}},                                                           // comments, within an event too
		{"event: x\ndata: a\n\ndata: b\n\n", []string{"x|a", "|b"}},                                                 // the name ends with its event
		{"event: x\n\ndata: b\n\n", []string{"|b"}},                                                                 // also of one without data
		{"event: x\nevent: y\ndata: a\n\n", []string{"y|a"}},                                                        // the last name counts
		{"id: 1\nretry: 5\nfoo: bar\ndata: a\n\n", []string{"|a"}},                                                  // other fields
		{"data\n\ndata:\n\n\n\n\ndata: a\n\n", []string{"|a"}},                                                      // no data, no event
		{"data: a\nevent: late\n\n", []string{"late|a"}},                                                            // any order
		{"data: a", []string{"rest |a"}},                                                                            // unfinished line
		{"data: a\n", []string{"rest |a"}},                                                                          // unfinished event
		{"event: x\ndata: a\r", []string{"rest x|a"}},                                                               // half of a CRLF
		{"Data: a\n\n data: b\n\n", nil},                                                                            // fields are exact
		{"data: " + strings.Repeat("x", 9000) + "\n\ndata: b\n\n", []string{"|" + strings.Repeat("x", 9000), "|b"}}, // longer than the first buffer
	}
	for _, tt := range tests {
		for _, n := range []int{1, 2, 3, 5, 1 << 20} {
			got, err := scan(t, newScanner(), tt.stream, n)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%.60q in steps of %d: %.100q, want %.100q (%v)", tt.stream, n, got, tt.want, err)
			}
		}
	}
}

func TestScannerBoundsEvents(t *testing.T) {
	long := strings.Repeat("x", maxEvent-100)
	lines := strings.Repeat("data: "+strings.Repeat("x", 1<<20)+"\n", 9)
	tests := []struct {
		name, stream string
		err          error
	}{
		{"just fits", "data: " + long + "\n\n", nil},
		{"endless line", "data: " + long + long, errEndlessEvent},
		{"endless comment", ": " + long + long, errEndlessEvent},
		{"endless event", lines, errEndlessEvent},
	}
	for _, tt := range tests {
		s := newScanner()
		_, err := scan(t, s, tt.stream, 64<<10)
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
		if len(s.buf) > maxEvent {
			t.Errorf("%s: buffer of %d bytes", tt.name, len(s.buf))
		}
		s.reset()
		if len(s.buf) > keepBuffer || cap(s.joined) > keepBuffer {
			t.Errorf("%s: keeps %d and %d bytes for the next stream", tt.name, len(s.buf), cap(s.joined))
		}
	}
	// Comments for ever are no event: they need no memory.
	s := newScanner()
	if _, err := scan(t, s, strings.Repeat(": OPENROUTER PROCESSING\n\n", 10_000), 1000); err != nil || len(s.buf) != firstBuffer {
		t.Errorf("comments: %v, buffer of %d bytes", err, len(s.buf))
	}
}

func TestScannerIsReusable(t *testing.T) {
	s := newScanner()
	if _, err := scan(t, s, "\ufeffevent: x\ndata: a\ndata: b\r", 3); err != nil {
		t.Fatal(err)
	}
	s.reset()
	got, err := scan(t, s, "\ufeff\ndata: c\n\n", 3)
	if err != nil || !slices.Equal(got, []string{"|c"}) {
		t.Errorf("%q, %v", got, err)
	}
}

// The stamp is taken when Read returns, not when it was called.
func TestStampedReadsOnReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		start := time.Now()
		go func() {
			time.Sleep(3 * time.Second)
			_, err := w.Write([]byte("x"))
			if err != nil {
				t.Error(err)
			}
		}()
		n, got, err := stamped{Reader: r}.receive(make([]byte, 8))
		if n != 1 || err != nil || got.At.Sub(start) != 3*time.Second {
			t.Errorf("%d bytes at %v, %v", n, got.At.Sub(start), err)
		}
	})
}

// tape is an endless source of one event.
type tape struct {
	first, again []byte
	begun        bool
	left         int
}

func (s *tape) receive(p []byte) (int, Receipt, error) {
	if !s.begun {
		s.begun = true
		return copy(p, s.first), Receipt{At: epoch}, nil
	}
	if s.left == 0 {
		return 0, Receipt{At: epoch}, io.EOF
	}
	s.left--
	return copy(p, s.again), Receipt{At: epoch}, nil
}

type hotShape struct {
	name         string
	api          API
	first, again string
}

// hotShapes are token-bearing events as they come by the hundred, behind one that tells the rest.
func hotShapes() []hotShape {
	vllm := `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795442266,"model":"m","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}]}` + "\n\n"
	llama := `data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"щи"}}],"created":1795442266,"id":"chatcmpl-yr","model":"tiny-random","system_fingerprint":"b0-unknown","object":"chat.completion.chunk"}` + "\n\n"
	together := `data: {"id":"o1","object":"chat.completion.chunk","created":1,"choices":[{"index":0,"text":" two","logprobs":null,"finish_reason":null,"seed":null,"delta":{"token_id":9,"role":"assistant","content":" two","tool_calls":null}}],"model":"k","usage":null}` + "\n\n"
	reason := `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"reasoning":"Hm","reasoning_content":"Hm"},"finish_reason":null}],"usage":{"prompt_tokens":9,"completion_tokens":3}}` + "\n\n"
	tool := `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"pa"}}]},"logprobs":null,"finish_reason":null}],"obfuscation":"r4N7vQ2m"}` + "\n\n"
	blank := `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":""},"finish_reason":null}]}` + "\n\n"
	compl := `data: {"choices":[{"text":" seconds","index":0,"logprobs":null,"finish_reason":null}],"created":1,"model":"m","object":"text_completion","id":"c"}` + "\n\n"
	resp := "event: response.output_text.delta\n" + `data: {"type":"response.output_text.delta","sequence_number":9,"item_id":"msg_1","output_index":0,"content_index":0,"delta":" the","logprobs":[],"obfuscation":"xx"}` + "\n\n"
	anth := "event: content_block_delta\n" + `data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" victim"}}` + "\n\n"
	input := "event: content_block_delta\r\n" + `data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"path\":"}}` + "\r\n\r\n"
	return []hotShape{
		{"vllm", OpenAIChat, vllm, vllm},
		{"llama.cpp", OpenAIChat, llama, llama},
		{"together", OpenAIChat, together, together},
		{"reasoning", OpenAIChat, reason, reason},
		{"tool", OpenAIChat, tool, tool},
		{"blank", OpenAIChat, vllm, blank},
		{"completions", OpenAICompletions, compl, compl},
		{"responses", OpenAIResponses, resp, resp},
		{"anthropic", AnthropicMessages, anth, anth},
		{"anthropic_input", AnthropicMessages, input, input},
	}
}

func TestEventsDoNotAllocate(t *testing.T) {
	for _, h := range hotShapes() {
		var x Exchange
		s := stream{scanner: newScanner(), decoder: newDecoder(h.api), x: &x}
		src := &tape{first: []byte(h.first), again: []byte(h.again), left: 1}
		s.source = src
		if f := s.read(); f == nil || f.outcome != Truncated || x.Events != 2 {
			t.Fatalf("%s: %v, %d events", h.name, f, x.Events)
		}
		data := bytes.TrimPrefix(bytes.TrimSpace([]byte(h.again)), []byte("event: "))
		data = data[bytes.Index(data, []byte("data: "))+len("data: "):]
		if _, f := s.decoder.event(event{data: data}); f != nil {
			t.Fatal(h.name, f)
		}
		again := []byte(h.again)
		allocs := testing.AllocsPerRun(100, func() {
			buf, err := s.scanner.room(readAfterToken)
			if err != nil {
				t.Fatal(err)
			}
			s.scanner.read(copy(buf, again))
			if _, f := s.dispatch(epoch); f != nil {
				t.Fatal(f)
			}
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations per event", h.name, allocs)
		}
	}
}

func BenchmarkEvent(b *testing.B) {
	for _, h := range hotShapes() {
		b.Run(h.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(h.again)))
			var x Exchange
			s := stream{
				source:  &tape{first: []byte(h.first), again: []byte(h.again), left: b.N},
				scanner: newScanner(), decoder: newDecoder(h.api), x: &x,
			}
			b.ResetTimer()
			if f := s.read(); f == nil || x.Events != b.N+1 {
				b.Fatalf("%v, %d events", f, x.Events)
			}
		})
	}
}

// BenchmarkEventInFull is what an event costs that is not read in place.
func BenchmarkEventInFull(b *testing.B) {
	h := hotShapes()[0]
	b.ReportAllocs()
	b.SetBytes(int64(len(h.again)))
	d := &chatDecoder{slow: true}
	var x Exchange
	s := stream{source: &tape{first: []byte(h.first), again: []byte(h.again), left: b.N}, scanner: newScanner(), decoder: d, x: &x}
	b.ResetTimer()
	if f := s.read(); f == nil || x.Events != b.N+1 {
		b.Fatalf("%v, %d events", f, x.Events)
	}
}
