package chat

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
	"github.com/firsttoken/firsttoken/internal/sse"
)

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
		n, got, err := stampedBody{Reader: r}.receive(make([]byte, 8))
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

func (s *tape) receive(p []byte) (int, netstamp.Receipt, error) {
	if !s.begun {
		s.begun = true
		return copy(p, s.first), netstamp.Receipt{At: epoch}, nil
	}
	if s.left == 0 {
		return 0, netstamp.Receipt{At: epoch}, io.EOF
	}
	s.left--
	return copy(p, s.again), netstamp.Receipt{At: epoch}, nil
}

type hotShape struct {
	name         string
	api          API
	first, again string
}

// hotShapes are token-bearing events as they come by the hundred, behind one that tells the rest.
func hotShapes() []hotShape {
	vllm := `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1795442266,"model":"m",` +
		`"choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}]}` + "\n\n"
	llama := `data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"щи"}}],"created":1795442266,` +
		`"id":"chatcmpl-yr","model":"tiny-random","system_fingerprint":"b0-unknown",` +
		`"object":"chat.completion.chunk"}` + "\n\n"
	together := `data: {"id":"o1","object":"chat.completion.chunk","created":1,"choices":[{"index":0,"text":" two",` +
		`"logprobs":null,"finish_reason":null,"seed":null,"delta":{"token_id":9,"role":"assistant",` +
		`"content":" two","tool_calls":null}}],"model":"k","usage":null}` + "\n\n"
	reason := `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,` +
		`"delta":{"reasoning":"Hm","reasoning_content":"Hm"},"finish_reason":null}],"usage":{"prompt_tokens":9,` +
		`"completion_tokens":3}}` + "\n\n"
	tool := `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,` +
		`"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"pa"}}]},"logprobs":null,` +
		`"finish_reason":null}],"obfuscation":"r4N7vQ2m"}` + "\n\n"
	blank := `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,` +
		`"delta":{"content":""},"finish_reason":null}]}` + "\n\n"
	compl := `data: {"choices":[{"text":" seconds","index":0,"logprobs":null,"finish_reason":null}],"created":1,` +
		`"model":"m","object":"text_completion","id":"c"}` + "\n\n"
	resp := "event: response.output_text.delta\n" + `data: {"type":"response.output_text.delta","sequence_number":9,` +
		`"item_id":"msg_1","output_index":0,"content_index":0,"delta":" the","logprobs":[],"obfuscation":"xx"}` + "\n\n"
	anth := "event: content_block_delta\n" + `data: {"type":"content_block_delta","index":0,` +
		`"delta":{"type":"text_delta","text":" victim"}}` + "\n\n"
	input := "event: content_block_delta\r\n" + `data: {"type":"content_block_delta","index":2,` +
		`"delta":{"type":"input_json_delta","partial_json":"{\"path\":"}}` + "\r\n\r\n"
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
		s := streamOf(h.api, &tape{first: []byte(h.first), again: []byte(h.again), left: 1}, &x)
		if f := s.read(); f == nil || f.outcome() != Truncated || x.Events != 2 {
			t.Fatalf("%s: %v, %d events", h.name, f, x.Events)
		}
		data := bytes.TrimPrefix(bytes.TrimSpace([]byte(h.again)), []byte("event: "))
		data = data[bytes.Index(data, []byte("data: "))+len("data: "):]
		if _, f := s.decoder.event(sse.Event{Data: data}); f != nil {
			t.Fatal(h.name, f)
		}
		again := []byte(h.again)
		allocs := testing.AllocsPerRun(100, func() {
			buf, err := s.scanner.Buffer(readAfterToken)
			if err != nil {
				t.Fatal(err)
			}
			s.scanner.Filled(copy(buf, again))
			if _, f := s.decodeRead(); f != nil {
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
			s := streamOf(h.api, &tape{first: []byte(h.first), again: []byte(h.again), left: b.N}, &x)
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
	var x Exchange
	s := streamOf(h.api, &tape{first: []byte(h.first), again: []byte(h.again), left: b.N}, &x)
	slowly(s.decoder)
	b.ResetTimer()
	if f := s.read(); f == nil || x.Events != b.N+1 {
		b.Fatalf("%v, %d events", f, x.Events)
	}
}
