package chat

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/config"
)

func sendTo(t *testing.T, e Endpoint, o Options) Exchange {
	t.Helper()
	x := newTestClient(t, e, o).Send(context.Background(), request(), nil)
	if (x.Err == nil) != (x.Outcome == OK) || x.End.Before(x.Started) || x.Started.IsZero() {
		t.Errorf("outcome %s, error %v, started %v, end %v", x.Outcome, x.Err, x.Started, x.End)
	}
	return x
}

func TestResponses(t *testing.T) {
	done := string(handFile(t, "openai-error-null"))
	const secret = "sk-not-to-be-seen"
	tests := []struct {
		name   string
		status int
		header map[string]string
		body   string
		want   Outcome
		err    string // all of it
		wait   time.Duration
	}{
		{"ok", 200, map[string]string{"Content-Type": "text/event-stream; charset=utf-8"}, done, OK, "", 0},
		{"no type", 200, map[string]string{"Content-Type": ""}, done, OK, "", 0}, // some servers say nothing
		{
			"key refused", 401, nil, `{"error":{"message":"Incorrect API key provided: ` + secret + `.",` +
				`"type":"invalid_request_error","code":"invalid_api_key"}}`, Denied,
			"HTTP 401: invalid_request_error: Incorrect API key provided: <secret>.", 0,
		}, // the key is not repeated
		{
			"unknown model", 404, nil,
			`{"error":{"message":"model 'tiny' not found","type":"not_found_error","param":null,"code":null}}`, Rejected,
			"HTTP 404: not_found_error: model 'tiny' not found", 0,
		},
		{
			"fastapi", 422, nil, `{"detail":"Extra inputs are not permitted"}`, Rejected,
			"HTTP 422: Extra inputs are not permitted", 0,
		},
		{
			"sglang", 400, nil, `{"object":"error","message":"too long","type":"BadRequestError","param":null,"code":400}`,
			Rejected, "HTTP 400: BadRequestError: too long", 0,
		},
		{
			"long", 500, nil, `{"error":"` + strings.Repeat("prompt\\n", 200) + `"}`, ServerError,
			"HTTP 500: " + strings.TrimSpace(strings.Repeat("prompt ", 29))[:200-3] + "", 0,
		},
		{"page", 502, map[string]string{"Content-Type": "text/html"}, "<html>Bad Gateway</html>", ServerError, "HTTP 502", 0},
		// is not followed
		{"redirect", 302, map[string]string{"Location": "http://127.0.0.1:1/"}, "", Rejected, "HTTP 302", 0},
		{
			"429", 429,
			map[string]string{"Retry-After": "20"},
			`{"error":{"message":"Slow down","type":"rate_limit_error"}}`,
			Throttled, "HTTP 429: rate_limit_error: Slow down", 20 * time.Second,
		},
		{
			"429 by reset", 429,
			map[string]string{
				"x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m2s",
			},
			"", Throttled, "HTTP 429", 62 * time.Second,
		},
		{"503", 503, nil, `{"error":{"message":"Overloaded"}}`, ServerError, "HTTP 503: Overloaded", 0},
		{
			"529", 529, nil, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, Throttled,
			"HTTP 529: overloaded_error: Overloaded", 0,
		},
		{
			"no stream", 200,
			map[string]string{"Content-Type": "application/json"},
			`{"id":"x","object":"chat.completion","choices":[{"message":{"content":"secret"}}]}`, Broken,
			"answer is application/json and no stream of events", 0,
		},
		{
			"error and no stream", 200,
			map[string]string{"Content-Type": "application/json"},
			`{"error":{"message":"Boom","type":"server_error"}}`, Broken, "server reports an error: server_error: Boom", 0,
		},
		{
			"limit in the stream", 200,
			map[string]string{"Content-Type": "text/event-stream", "Retry-After": "3"},
			string(handFile(t, "together-limit")), Throttled,
			"server reports an error: invalid_request_error: Request was rejected", 3 * time.Second,
		},
		{"empty", 200, map[string]string{"Content-Type": "text/event-stream"}, "", Truncated, "empty stream", 0},
	}
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
				if r.Header.Get("Authorization") != "Bearer "+secret {
					t.Errorf("Authorization %q", r.Header.Get("Authorization"))
				}
				for k, v := range tt.header {
					w.Header()[http.CanonicalHeaderKey(k)] = []string{v}
				}
				w.WriteHeader(tt.status)
				if _, err := io.WriteString(w, tt.body); err != nil {
					t.Error(err)
				}
			})
			e := testEndpoint(OpenAIChat)
			e.URL, e.APIKeyFile = s.URL, keyFile
			x := sendTo(t, e, Options{})
			text := ""
			if x.Err != nil {
				text = x.Err.Error()
			}
			if tt.name == "long" { // cut in mid-word, marked
				most := len("HTTP 500: ") + maxExcerpt + len("…")
				if len(text) > most || !strings.HasSuffix(text, "…") || strings.Contains(text, "\n") {
					t.Errorf("%d bytes: %q", len(text), text)
				}
				text = tt.err
			}
			if x.Outcome != tt.want || text != tt.err || x.Status != tt.status {
				t.Errorf("%s %q %d, want %s %q", x.Outcome, text, x.Status, tt.want, tt.err)
			}
			if x.RateLimit.RetryAfter != tt.wait {
				t.Errorf("retry after %v, want %v", x.RateLimit.RetryAfter, tt.wait)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = quiet()
	secure.StartTLS()
	t.Cleanup(secure.Close)
	noDNS := func(_ context.Context, _, addr string) (net.Conn, error) {
		host, _, _ := net.SplitHostPort(addr)
		noHost := &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: noHost}
	}
	tests := []struct {
		name, url string
		o         Options
		err       string
	}{
		{"closed port", "http://" + closed, Options{}, "no connection: dial tcp " + closed + ": connect: connection refused"},
		{
			"unresolvable host", "http://nowhere.invalid/v1",
			Options{DialContext: noDNS},
			"no connection: dial tcp: lookup nowhere.invalid: no such host",
		},
		{
			"unknown authority", secure.URL,
			Options{},
			"no connection: tls: failed to verify certificate: x509: certificate signed by unknown authority",
		},
	}
	for _, tt := range tests {
		e := testEndpoint(OpenAIChat)
		e.URL = tt.url
		x := sendTo(t, e, tt.o)
		if x.Outcome != Refused || x.Err.Error() != tt.err {
			t.Errorf("%s: %s %q, want %q", tt.name, x.Outcome, x.Err, tt.err)
		}
		if !x.Connected.IsZero() || !x.FirstToken.IsZero() || x.Status != 0 || x.Sent != 0 {
			t.Errorf("%s: %+v", tt.name, x)
		}
	}
}

func TestTLSPhases(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, err = w.Write(handFile(t, "openai-error-null"))
		if err != nil {
			t.Error(err)
		}
	}))
	defer s.Close()
	e := testEndpoint(OpenAIChat)
	e.URL = s.URL
	e.HTTP.TLSConfig = config.TLSConfig{InsecureSkipVerify: true, MinVersion: config.TLSVersion(tls.VersionTLS13)}
	c := newTestClient(t, e, Options{})
	x := c.Send(context.Background(), request(), nil)
	if x.Outcome != OK || x.Phases.TLS <= 0 || x.Phases.TCP <= 0 || x.Phases.DNS != 0 {
		t.Errorf("%s %v: %+v", x.Outcome, x.Err, x.Phases)
	}
	inOrder(t, &x)
	again := c.Send(context.Background(), request(), nil)
	if !again.Reused || again.Phases != (Phases{}) {
		t.Errorf("reused %v, %+v", again.Reused, again.Phases)
	}
	if want := s.Certificate().NotAfter; !x.CertificateExpiry.Equal(want) || !again.CertificateExpiry.IsZero() {
		t.Errorf("the certificate expires at %s, want %s; on a reused connection %s",
			x.CertificateExpiry, want, again.CertificateExpiry)
	}
}

// A certificate that is refused still says when it expires.
func TestExpiryOfARefusedCertificate(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	e := testEndpoint(OpenAIChat)
	e.URL = s.URL
	x := sendTo(t, e, Options{})
	if x.Cause != CauseTLSUntrusted || !x.CertificateExpiry.Equal(s.Certificate().NotAfter) {
		t.Errorf("%s: %s", x.Cause, x.CertificateExpiry)
	}
}

func TestEarliestExpiry(t *testing.T) {
	at := func(day int) *x509.Certificate {
		return &x509.Certificate{NotAfter: time.Date(2026, time.May, day, 0, 0, 0, 0, time.UTC)}
	}
	for _, tt := range []struct {
		chain []*x509.Certificate
		want  int // day
	}{
		{[]*x509.Certificate{at(9)}, 9},
		{[]*x509.Certificate{at(9), at(3), at(20)}, 3}, // an intermediate one expires first
	} {
		if got := earliestExpiry(tt.chain); got.Day() != tt.want {
			t.Errorf("got %s, want day %d", got, tt.want)
		}
	}
	if got := earliestExpiry(nil); !got.IsZero() {
		t.Errorf("no chain expires at %s", got)
	}
}

func TestKeyRotation(t *testing.T) {
	for _, tt := range []struct {
		api    API
		header string
		prefix string
	}{{OpenAIChat, "Authorization", "Bearer "}, {AnthropicMessages, "X-Api-Key", ""}} {
		var got []string
		s := serve(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
			got = append(got, r.Header.Get(tt.header))
			w.WriteHeader(http.StatusTeapot)
		})
		e := testEndpoint(tt.api)
		e.URL, e.APIKeyFile = s.URL, filepath.Join(t.TempDir(), "key")
		write := func(key string) {
			if err := os.WriteFile(e.APIKeyFile, []byte(key), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("one\n")
		c := newTestClient(t, e, Options{})
		c.Send(context.Background(), request(), nil)
		write("two")
		c.Send(context.Background(), request(), nil)
		if len(got) != 2 || got[0] != tt.prefix+"one" || got[1] != tt.prefix+"two" {
			t.Errorf("%s: %q", tt.api, got)
		}
		if err := os.Remove(e.APIKeyFile); err != nil {
			t.Fatal(err)
		}
		x := c.Send(context.Background(), request(), nil)
		told := x.Err != nil && (errors.Is(x.Err, os.ErrNotExist) || strings.Contains(x.Err.Error(), "no such file"))
		if x.Outcome != Local || x.Cause != CauseKeyFile || len(got) != 2 || !told {
			t.Errorf("%s without key: %s %v after %d requests", tt.api, x.Outcome, x.Err, len(got))
		}
	}
}

func TestAnthropicVersion(t *testing.T) {
	var got []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request, _ []byte) {
		got = r.Header.Values("Anthropic-Version")
		w.WriteHeader(http.StatusTeapot)
	})
	e := testEndpoint(AnthropicMessages)
	e.URL = s.URL
	sendTo(t, e, Options{})
	if len(got) != 1 || got[0] != "2023-06-01" {
		t.Errorf("%q", got)
	}
	e.HTTP.HTTPHeaders = &config.Headers{Headers: map[string]config.Header{
		"anthropic-version": {Values: []string{"2027-01-01"}},
	}}
	sendTo(t, e, Options{})
	if len(got) != 1 || got[0] != "2027-01-01" { // the user's replaces ours
		t.Errorf("%q", got)
	}
}

func TestCutConnection(t *testing.T) {
	data := handFile(t, "anthropic-tool-only")
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, err := w.Write(data[:len(data)*3/4])
		if err != nil {
			t.Error(err)
		}
		rc := http.NewResponseController(w)
		if err := rc.Flush(); err != nil {
			t.Error(err)
		}
		conn, _, err := rc.Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	e := testEndpoint(AnthropicMessages)
	e.URL = s.URL
	x := sendTo(t, e, Options{})
	if x.Outcome != Broken || x.Err.Error() != "connection lost in mid-stream: unexpected EOF" {
		t.Errorf("%s %v", x.Outcome, x.Err)
	}
	if x.FirstToken.IsZero() || count(x.Usage.Input) != 100012 || x.StaleRetry { // what was seen is kept
		t.Errorf("%+v", x)
	}
}
