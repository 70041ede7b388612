package chat

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/config"

	"github.com/firsttoken/firsttoken/internal/redact"
)

// canary is a random secret of the given length.
func canary(random *rand.Rand, length int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/+"
	key := make([]byte, length)
	for i := range key {
		key[i] = letters[random.IntN(len(letters))]
	}
	return string(key)
}

// echo answers with what it was sent, whole and in pieces, wherever a server's words are kept.
func echo(w http.ResponseWriter, r *http.Request, secrets []string, status int) {
	said := make([]string, 0, 3*len(secrets))
	for _, name := range []string{"Authorization", "X-Api-Key", "X-Team-Key"} {
		secrets = append(secrets, r.Header.Get(name))
	}
	for _, s := range secrets {
		said = append(said, s, s[:len(s)/2], s[len(s)/3:])
	}
	words := strings.Join(said, " ")
	quoted, _ := json.Marshal(words)
	header := w.Header()
	header.Set("Server", words)
	header.Set("X-Request-Id", words)
	if status != http.StatusOK {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"message":%s,"type":%[1]s,"code":%[1]s}}`, quoted)
		return
	}
	header.Set("Content-Type", "text/event-stream")
	const token = "data: {\"model\":%s,\"system_fingerprint\":%[1]s,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
	fmt.Fprintf(w, token, quoted)
	fmt.Fprintf(w, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":%s}],\"usage\":{\"note\":%[1]s}}\n\n", quoted)
	fmt.Fprint(w, "data: [DONE]\n\n")
}

// A server repeats the credentials that it was sent, in an error and in an answer: no part of eight bytes or more
// leaves the package, whichever way they came there.
func TestNoSecretLeaves(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, length := range []int{17, 60, 200, 1400} {
		secret := canary(random, length)
		for name, configure := range map[string]func(*testing.T, *Endpoint){
			"key file": func(t *testing.T, e *Endpoint) {
				t.Helper()
				e.APIKeyFile = secretFile(t, secret)
			},
			"anthropic key": func(t *testing.T, e *Endpoint) {
				t.Helper()
				e.API, e.APIKeyFile = AnthropicMessages, secretFile(t, secret)
			},
			"bearer": func(_ *testing.T, e *Endpoint) {
				e.HTTP.Authorization = &config.Authorization{Type: "Bearer", Credentials: config.Secret(secret)}
			},
			"basic": func(_ *testing.T, e *Endpoint) {
				e.HTTP.BasicAuth = &config.BasicAuth{Username: "probe", Password: config.Secret(secret)}
			},
			"oauth2": func(t *testing.T, e *Endpoint) {
				t.Helper()
				e.HTTP.OAuth2 = oauth2(t, secret)
			},
			"header": func(_ *testing.T, e *Endpoint) {
				e.HTTP.HTTPHeaders = &config.Headers{Headers: map[string]config.Header{
					"X-Team-Key": {Secrets: []config.Secret{config.Secret(secret)}},
				}}
			},
		} {
			for _, status := range []int{http.StatusOK, http.StatusUnauthorized, http.StatusBadGateway} {
				t.Run(fmt.Sprintf("%s of %d, %d", name, length, status), func(t *testing.T) {
					hear(t, secret, configure, status)
				})
			}
		}
	}
}

func hear(t *testing.T, secret string, configure func(*testing.T, *Endpoint), status int) {
	t.Helper()
	secrets := []string{secret}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		echo(w, r, secrets, status)
	}))
	defer server.Close()
	e := DefaultEndpoint()
	e.URL, e.Model = server.URL, "m"
	configure(t, &e)
	if e.HTTP.BasicAuth != nil {
		secrets = append(secrets, base64.StdEncoding.EncodeToString([]byte("probe:"+secret)))
	}
	client, err := NewClient(e, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	x := client.Send(t.Context(), request(), nil)
	if x.Status != status {
		t.Fatalf("status %d: %v", x.Status, x.Err)
	}
	words := wordsOf(x)
	for where, text := range words {
		for _, known := range secrets {
			if part := partOf(text, known); part != "" {
				t.Errorf("%s holds %q of the secret: %q", where, part, text)
			}
		}
		if limit := maxUsage; len(text) > limit {
			t.Errorf("%s is %d bytes long", where, len(text))
		}
	}
}

// partOf is a part of a secret that a text holds.
func partOf(text, secret string) string {
	for i := range len(secret) - redact.Part + 1 {
		if part := secret[i : i+redact.Part]; strings.Contains(text, part) {
			return part
		}
	}
	return ""
}

func secretFile(t *testing.T, secret string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(name, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// oauth2 is a provider that hands out the secret as its token.
func oauth2(t *testing.T, secret string) *config.OAuth2 {
	t.Helper()
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		token := map[string]any{"access_token": secret, "token_type": "Bearer", "expires_in": 3600}
		_ = json.NewEncoder(w).Encode(token)
	}))
	t.Cleanup(provider.Close)
	return &config.OAuth2{ClientID: "probe", ClientSecret: "client-secret-of-the-probe", TokenURL: provider.URL}
}

// What a server says is short, whole characters and printable, however long and odd it was: in an answer, in an error
// within a stream and in an error alone.
func TestServersWordsAreBounded(t *testing.T) {
	quoted, _ := json.Marshal(strings.Repeat("é\x1b[31m\n", 1000))
	const answer = `data: {"model":%[1]s,"system_fingerprint":%[1]s,"choices":[{"delta":{"content":"a"}}]}` + "\n\n" +
		`data: {"choices":[{"delta":{},"finish_reason":%[1]s}],"usage":{"prompt_tokens":7,"note":%[1]s}}` + "\n\n"
	const failure = `{"error":{"message":%[1]s,"type":%[1]s,"code":%[1]s}}`
	for _, c := range []struct {
		name, body string
		status     int
		said       []string // what there must be something of
	}{
		{"an answer", answer + "data: [DONE]\n\n", 200, []string{"model", "fingerprint", "finish", "server", "usage"}},
		{"an error after a token", answer + "data: " + failure + "\n\n", 200, []string{"model", "fingerprint", "server"}},
		{"an error event", "data: " + failure + "\n\n", 200, []string{"server", "error"}},
		{"an error", failure, 400, []string{"server", "error"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			words := wordsOf(hearFrom(t, c.status, fmt.Sprintf(c.body, quoted), ""))
			for _, where := range c.said {
				limit, text := maxWords, words[where]
				if where == "usage" {
					limit = maxUsage
				}
				if len(text) > limit || !strings.Contains(text, "…") || strings.ContainsAny(text, "\x1b\n\uFFFD") {
					t.Errorf("%s is %d bytes: %.40q…", where, len(text), text)
				}
			}
		})
	}
}

// A server hides a secret behind escapes, and in pieces between which it puts characters that nobody sees.
func TestNoSecretHides(t *testing.T) {
	const key = "sk-0123456789abcdef"
	var escaped, spread strings.Builder
	for i, c := range key {
		fmt.Fprintf(&escaped, `\u%04x`, c)
		spread.WriteRune(c)
		if i%7 == 6 {
			spread.WriteString(`\u0007\u200b`)
		}
	}
	for _, hidden := range []string{escaped.String(), spread.String(), strings.ToUpper(key)} {
		body := fmt.Sprintf(`data: {"model":"%s","choices":[{"delta":{"content":"a"},"finish_reason":"a %[1]s"}],`+
			`"usage":{"prompt_tokens":7,"note":"a %[1]s"}}`+"\n\n", hidden)
		for where, text := range wordsOf(hearFrom(t, 200, body, key)) {
			if part := partOf(strings.ToLower(text), key); part != "" {
				t.Errorf("%s holds %q of the secret: %q", where, part, text)
			}
			if (where == "finish" || where == "usage") && !strings.Contains(text, redact.Mark) {
				t.Errorf("%s says nothing: %q", where, text)
			}
		}
	}
}

// hearFrom is the exchange with a server that sends the body, and much about itself. It is sent the key, if any.
func hearFrom(t *testing.T, status int, body, key string) Exchange {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Server", strings.Repeat("s", 5000))
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	defer server.Close()
	e := DefaultEndpoint()
	e.URL, e.Model = server.URL, "m"
	if key != "" {
		e.APIKeyFile = secretFile(t, key)
	}
	client, err := NewClient(e, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	return client.Send(t.Context(), request(), nil)
}

// wordsOf are the texts of an exchange that a server wrote.
func wordsOf(x Exchange) map[string]string {
	words := map[string]string{
		"model": x.Identity.Model, "fingerprint": x.Identity.Fingerprint, "server": x.Identity.Server,
		"finish": x.Finish, "usage": string(x.Usage.Verbatim),
	}
	if x.Err != nil {
		words["error"] = x.Err.Error()
	}
	return words
}

// Words are cut after secrets were taken out: a cut within a secret would leave less of it than is looked for.
func TestNoBeginningIsLeftByACut(t *testing.T) {
	const secret = "sk-0123456789abcdef"
	c := &Client{}
	for before := maxWords - 20; before < maxWords; before++ {
		x := Exchange{Finish: strings.Repeat("x", before) + secret}
		c.clean(&x, nil, []string{secret})
		if strings.Contains(x.Finish, secret[:1]) && !strings.Contains(x.Finish, redact.Mark[:2]) {
			t.Fatalf("behind %d bytes: %q", before, x.Finish[before-10:])
		}
	}
}

// A key that has changed is looked for from the next answer on.
func TestNewKeysAreLookedFor(t *testing.T) {
	c := &Client{}
	for _, secret := range []string{"first-0123456789", "second-abcdefgh", "first-0123456789"} {
		x := Exchange{Finish: "it was " + secret}
		c.clean(&x, nil, []string{secret})
		if want := "it was " + redact.Mark; x.Finish != want {
			t.Errorf("%q, want %q", x.Finish, want)
		}
	}
}
