package chat

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// rawServer answers each request with bytes as they are, and closes. It returns its URL.
func rawServer(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = io.WriteString(c, answer)
			}
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-ended })
	return "http://" + l.Addr().String() + "/v1"
}

// wholeAnswers are short good answers: for each dialect what comes before the finish marker, and the marker.
func wholeAnswers() map[API][2]string {
	const usage = `"usage":{"prompt_tokens":4000,"completion_tokens":2}`
	event := func(data string) string { return "data: " + data + "\n\n" }
	return map[API][2]string{
		OpenAIChat: {
			event(`{"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}`) +
				event(`{"model":"m","choices":[{"index":0,"delta":{"content":"I"}}]}`) +
				event(`{"model":"m","choices":[{"index":0,"delta":{"content":" am"}}]}`) +
				event(`{"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],`+usage+`}`),
			event("[DONE]"),
		},
		OpenAICompletions: {
			event(`{"model":"m","choices":[{"index":0,"text":"I"}]}`) +
				event(`{"model":"m","choices":[{"index":0,"text":" am"}]}`) +
				event(`{"model":"m","choices":[{"index":0,"text":"","finish_reason":"stop"}],`+usage+`}`),
			event("[DONE]"),
		},
		OpenAIResponses: {
			event(`{"type":"response.created","response":{"model":"m","status":"in_progress"}}`) +
				event(`{"type":"response.output_text.delta","delta":"I"}`) +
				event(`{"type":"response.output_text.delta","delta":" am"}`),
			event(`{"type":"response.completed","response":{"model":"m","status":"completed",` +
				`"usage":{"input_tokens":4000,"output_tokens":2}}}`),
		},
		AnthropicMessages: {
			event(`{"type":"message_start","message":{"model":"m","usage":{"input_tokens":4000,"output_tokens":1}}}`) +
				event(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"I"}}`) +
				event(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" am"}}`) +
				event(`{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}`),
			event(`{"type":"message_stop"}`),
		},
	}
}

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"

// chunked is a body in chunks of n bytes, without its end.
func chunked(body string, n int) string {
	var b strings.Builder
	for len(body) > 0 {
		k := min(n, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", k, body[:k])
		body = body[k:]
	}
	return b.String()
}

type wireCase struct {
	name   string
	wrap   func(body, marker string) string // the whole response
	events int
	want   Cause // empty: ok, with all counts
}

func wireCases() []wireCase {
	closing := func(change func(body string) string) func(string, string) string {
		return func(body, marker string) string { return head + "\r\n" + change(body+marker) }
	}
	replace := func(from, to string) func(string) string {
		return func(body string) string { return strings.ReplaceAll(body, from, to) }
	}
	chunks := func(n int, end string) func(string, string) string {
		return func(body, marker string) string {
			return head + "Transfer-Encoding: chunked\r\nTrailer: X-Tokens\r\n\r\n" + chunked(body+marker, n) + end
		}
	}
	status := func(line string) func(string, string) string {
		return func(body, marker string) string {
			return line + "\r\nContent-Type: text/event-stream\r\n\r\n" + body + marker
		}
	}
	typed := func(kind string) func(string, string) string {
		return func(body, marker string) string {
			return "HTTP/1.1 200 OK\r\nContent-Type: " + kind + "\r\n\r\n" + body + marker
		}
	}
	return []wireCase{
		{"closed behind the marker", closing(func(s string) string { return s }), 2, ""},
		{"a byte a chunk, trailers", chunks(1, "0\r\nX-Tokens: 2\r\n\r\n"), 2, ""},
		{"no last chunk", chunks(50, ""), 2, ""},
		{"a length", func(body, marker string) string {
			return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s%s", head, len(body+marker), body, marker)
		}, 2, ""},
		{"a length that is too long", func(body, marker string) string {
			return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s%s", head, len(body+marker)+100, body, marker)
		}, 2, ""},
		{"the marker without its blank line", closing(func(s string) string { return strings.TrimSuffix(s, "\n\n") }), 2, ""},
		{"a byte order mark", closing(func(s string) string { return "\ufeff" + s }), 2, ""},
		{"CRLF", closing(replace("\n", "\r\n")), 2, ""},
		{"CR", closing(replace("\n", "\r")), 2, ""},
		{"CRLF and LF mixed", closing(replace("\n\n", "\r\n\n")), 2, ""},
		{"no space", closing(replace("data: ", "data:")), 2, ""},
		{"two spaces", closing(replace("data: ", "data:  ")), 2, ""},
		{"ids, retry and comments", closing(replace("data: ", ": alive\n\nid: 7\nretry: 10\ndata: ")), 2, ""},
		{"events without data between", closing(replace("data: ", "event: nothing\n\ndata: ")), 2, ""},
		{"empty data between", closing(replace("data: ", "data:\n\ndata: ")), 2, ""},
		{"events named message", closing(replace("data: ", "event: message\ndata: ")), 2, ""},
		{"a JSON over several lines", closing(replace(`,"`, ",\ndata: \"")), 2, ""},
		{"NULs to keep alive", closing(replace("data: ", "\x00\ndata: ")), 2, ""},
		{"lines that are no field", closing(replace("data: ", "hello\ndata: ")), 2, ""},
		{"an event of 5 MB", closing(replace(`" am"`, `" am`+strings.Repeat("x", 5<<20)+`"`)), 2, ""},
		{"an event of 9 MB", closing(replace(`" am"`, `" am`+strings.Repeat("x", 9<<20)+`"`)), 1, CauseMalformed},
		{"the wrong type", typed("text/plain"), 2, ""},
		{"a type of its own", typed("application/octet-stream"), 2, ""},
		{"no type", func(body, marker string) string { return "HTTP/1.1 200 OK\r\n\r\n" + body + marker }, 2, ""},
		{"HTTP/1.0", status("HTTP/1.0 200 OK"), 2, ""},
		{"no reason phrase", status("HTTP/1.1 200 "), 2, ""},
		{"hints before it", func(body, marker string) string {
			return "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + head + "\r\n" + body + marker
		}, 2, ""},
		{"201", status("HTTP/1.1 201 Created"), 2, ""},
		{"202", status("HTTP/1.1 202 Accepted"), 2, ""},
		{"202 and a page", func(string, string) string {
			return "HTTP/1.1 202 Accepted\r\nContent-Type: text/plain\r\n\r\nI am"
		}, 0, CauseOddStatus},
		{"204", func(string, string) string { return "HTTP/1.1 204 No Content\r\n\r\n" }, 0, CauseOddStatus},
		{"fields in capitals", closing(replace("data: ", "DATA: ")), 0, CauseNoEvents},
		{"data twice", closing(replace("data: ", "data: data: ")), 0, CauseMalformed},
		{"lines of JSON", closing(replace("data: ", "")), 0, CauseNotAStream},
		{"half of it", closing(func(s string) string { return s[:len(s)/2] }), -1, CauseNoFinish},
		{"closed before the marker", func(body, _ string) string { return head + "\r\n" + body }, 2, CauseNoFinish},
		{"an error behind the tokens", func(body, marker string) string {
			return head + "\r\n" + body + "data: {\"error\":{\"message\":\"boom\"}}\n\n" + marker
		}, 2, CauseErrorEvent},
		{"a page behind the tokens", func(body, _ string) string {
			return head + "\r\n" + body + "<html><body>502 Bad Gateway</body></html>\n"
		}, 2, CauseNoFinish},
		{"the marker twice", func(body, marker string) string { return head + "\r\n" + body + marker + marker }, 2, ""},
		{"the answer twice", func(body, marker string) string {
			return head + "\r\n" + strings.Repeat(body+marker, 2)
		}, 2, ""},
		{"headers in two lines", func(body, marker string) string {
			return "HTTP/1.1 200 OK\r\nContent-Type:\r\n text/event-stream\r\n\r\n" + body + marker
		}, 2, ""},
	}
}

// Odd answers as they may stand on the wire, in every dialect.
func TestOddWire(t *testing.T) {
	t.Parallel()
	for api, answer := range wholeAnswers() {
		for _, c := range wireCases() {
			if testing.Short() && strings.HasSuffix(c.name, "MB") {
				continue
			}
			e := DefaultEndpoint()
			e.URL, e.API, e.Model = rawServer(t, c.wrap(answer[0], answer[1])), api, "m"
			x := newTestClient(t, e, Options{}).Send(t.Context(), request(), nil)
			in, _ := x.Usage.Input.Value()
			out, _ := x.Usage.Output.Value()
			if x.Err != nil && strings.Contains(x.Err.Error(), "I am") {
				t.Errorf("%s, %s: the answer is in the error %q", api, c.name, x.Err)
			}
			counted := in == 4000 && out == 2 && x.Quirks == 0 && x.Identity.Model == "m"
			if x.Cause != c.want || c.events >= 0 && x.Events != c.events || c.want == "" && !counted {
				t.Errorf("%s, %s: %s %s (%v), %d events, usage %s, quirks %q", api, c.name, x.Outcome, x.Cause, x.Err, x.Events,
					x.Usage.Verbatim, x.Quirks.List())
			}
		}
	}
}
