package chat

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestEveryCauseIsComplete(t *testing.T) {
	for _, name := range declared(t, "cause.go", "Cause") {
		if !slices.Contains(Causes(), Cause(name)) {
			t.Errorf("%s has no row in the table", name)
		}
	}
	used := map[Outcome]bool{}
	for _, row := range causes() {
		used[row.outcome] = true
		if row.meaning == "" || !slices.Contains(Outcomes(), row.outcome) {
			t.Errorf("%s: meaning %q, outcome %q", row.name, row.meaning, row.outcome)
		}
	}
	for _, o := range Outcomes() {
		if o != OK && !used[o] {
			t.Errorf("%s has no cause", o)
		}
	}
}

// Errors as servers and gateways send them. The bodies are from their sources, documents and issue trackers.
func TestErrorResponses(t *testing.T) {
	const page = "text/html"
	for _, c := range []struct {
		name   string
		status int
		kind   string
		body   string
		want   Cause
		says   string
	}{
		{
			"nginx without an engine", 502, page, "<html><head><title>502 Bad Gateway</title></head></html>", CauseHTTP502,
			"HTTP 502: 502 Bad Gateway",
		},
		{
			"nginx's read timeout", 504, page, "<html>\r\n<head><title>504 Gateway Time-out</title></head>", CauseHTTP504,
			"504 Gateway Time-out",
		},
		{
			"LiteLLM's upstream timeout", 408, "",
			`{"error":{"message":"litellm.Timeout: APITimeoutError","type":null,"code":"408"}}`, CauseHTTP408, "litellm.Timeout",
		},
		{
			"LiteLLM in plain text", 500, "text/plain", "Internal Server Error", CauseHTTP500, "HTTP 500: Internal Server Error",
		},
		{"markup without a title", 503, page, "<html><body>busy</body></html>", CauseHTTP503, "HTTP 503"},
		{"no words", 500, "", "", CauseHTTP500, "HTTP 500"},
		{"Cloudflare", 520, page, "<title>520</title>", CauseHTTP5xx, "HTTP 520: 520"},
		{"vLLM's wrong key", 401, "", `{"error":"Unauthorized"}`, CauseUnauthorized, "HTTP 401: Unauthorized"},
		{
			"llama.cpp loads", 503, "", `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`,
			CauseHTTP503, "Loading model",
		},
		{
			"no right to the model", 403, "", `{"error":{"message":"You do not have access"}}`, CauseForbidden,
			"You do not have access",
		},
		{"DeepSeek's balance", 402, "", `{"error":{"message":"Insufficient Balance"}}`, CausePayment, "Insufficient Balance"},
		{
			"OpenAI's quota", 429, "", `{"error":{"message":"You exceeded your current quota","type":"insufficient_quota"}}`,
			CausePayment, "insufficient_quota",
		},
		{
			"OpenAI's limit", 429, "", `{"error":{"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}}`,
			CauseHTTP429, "Rate limit reached",
		},
		{
			"Groq's limit", 413, "", `{"error":{"message":"Request too large","type":"tokens","code":"rate_limit_exceeded"}}`,
			CauseOverloaded, "Request too large",
		},
		{"nginx's body limit", 413, page, "<title>413 Request Entity Too Large</title>", CauseTooLarge, "413 Request Entity"},
		{
			"Anthropic's overload", 529, "", `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`,
			CauseHTTP529, "Overloaded",
		},
		{"Dynamo's overload", 503, "", `{"message":"busy","type":"Overloaded","code":503}`, CauseOverloaded, "busy"},
		{
			"vLLM's window", 400, "",
			`{"error":{"message":"This model's maximum context length is 65536 tokens. ` +
				`However, you requested 73671","code":400}}`,
			CauseContextOverflow, "maximum context length",
		},
		{
			"llama.cpp's window", 500, "",
			`{"error":{"code":500,"message":"request (9 tokens) exceeds the available context size",` +
				`"type":"exceed_context_size_error"}}`,
			CauseContextOverflow, "context size",
		},
		{
			"Claude's window", 400, "",
			`{"type":"error","error":{"type":"invalid_request_error",` +
				`"message":"prompt is too long: 210000 tokens > 200000 maximum"}}`,
			CauseContextOverflow, "prompt is too long",
		},
		{
			"Gemini's list", 400, "",
			`[{"error":{"code":400,"message":"Unknown name \"F\": Cannot find field.","status":"INVALID_ARGUMENT"}}]`,
			CauseBadRequest, "Cannot find field",
		},
		{
			"vLLM without the model", 404, "", `{"error":{"message":"The model nosuch does not exist.","code":404}}`,
			CauseUnknownModel, "does not exist",
		},
		{
			"Azure without the deployment", 404, "",
			`{"error":{"code":"DeploymentNotFound","message":"The API deployment does not exist"}}`, CauseUnknownModel,
			"DeploymentNotFound",
		},
		{"a wrong address", 404, page, "<title>404 Not Found</title>", CauseNotFound, "404 Not Found"},
		{"FastAPI", 422, "", `{"detail":"extra_forbidden"}`, CauseBadRequest, "extra_forbidden"},
		{"a redirect", 301, "", "", CauseRedirect, "HTTP 301"},
		{"a teapot", 418, "", "", CauseOddStatus, "HTTP 418"},
		{
			"an error in a 200", 200, "application/json", `{"error":{"message":"no","type":"overloaded_error"}}`,
			CauseOverloaded, "no",
		},
		{
			"a whole answer", 200, "application/json", `{"id":"1","object":"chat.completion","choices":[]}`, CauseNotAStream,
			"application/json",
		},
		{"a page", 200, page, "<title>Welcome</title>", CauseNotAStream, "text/html"},
		{
			"an error where events should be", 200, "text/event-stream", `{"error":{"message":"engine is gone"}}`,
			CauseErrorEvent, "engine is gone",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
				if c.kind != "" {
					w.Header().Set("Content-Type", c.kind)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			e := testEndpoint(OpenAIChat)
			e.URL = s.URL
			x := newTestClient(t, e, Options{}).Send(t.Context(), request(), nil)
			if x.Cause != c.want || x.Outcome != c.want.Outcome() || !strings.Contains(fmt.Sprint(x.Err), c.says) {
				t.Errorf("%s, %s: %v; want %s, with %q", x.Outcome, x.Cause, x.Err, c.want, c.says)
			}
		})
	}
}

// A response that switches protocols is refused at once: its connection would never end.
func TestSwitchedProtocols(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn) // until the client gives up
		_ = conn.Close()
	})
	e := testEndpoint(OpenAIChat)
	e.URL = s.URL
	done := make(chan Exchange, 1)
	client := newTestClient(t, e, Options{})
	go func() { done <- client.Send(t.Context(), request(), nil) }()
	select {
	case x := <-done:
		if x.Cause != CauseOddStatus || x.Status != http.StatusSwitchingProtocols {
			t.Errorf("%s, %s: %v", x.Outcome, x.Cause, x.Err)
		}
	case <-time.After(time.Minute):
		t.Fatal("still waiting for the end of a connection that has none")
	}
}

func TestConnectCauses(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Cause
	}{
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, CauseDNS},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, CauseConnectRefused},
		{&net.OpError{Op: "dial", Err: syscall.ETIMEDOUT}, CauseConnectTimeout},
		{&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}, CauseConnect},
		{&net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED}, CauseProxy},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, CauseTLSExpired},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, CauseTLSUntrusted},
		{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}}}, CauseTLSName},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, CauseTLS},
		{&net.OpError{Op: "dial", Err: syscall.EMFILE}, CauseFileDescriptors},
		{&net.OpError{Op: "socket", Err: syscall.ENOBUFS}, CauseMemory},
	} {
		if f := unanswered(&Exchange{}, fmt.Errorf("Post: %w", c.err)); f.cause != c.want {
			t.Errorf("%v: %s, want %s", c.err, f.cause, c.want)
		}
	}
	connected := &Exchange{Instants: Instants{Connected: time.Now()}}
	if f := unanswered(connected, errors.New("EOF")); f.cause != CauseConnectionLost {
		t.Errorf("a lost connection is %s", f.cause)
	}
}

// The causes of TLS, by crypto/tls itself.
func TestTLSCauses(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	e := testEndpoint(OpenAIChat)
	e.URL = s.URL
	if x := newTestClient(t, e, Options{}).Send(t.Context(), request(), nil); x.Cause != CauseTLSUntrusted {
		t.Errorf("an unknown authority is %s: %v", x.Cause, x.Err)
	}
	e.URL = strings.Replace(s.URL, "https://", "http://", 1)
	if x := newTestClient(t, e, Options{}).Send(t.Context(), request(), nil); x.Outcome != Rejected {
		t.Errorf("HTTP to a TLS port is %s: %v", x.Outcome, x.Err)
	}
}
