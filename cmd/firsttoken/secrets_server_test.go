package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// A credential is a secret that firsttoken sends in one of its ways.
type credential struct {
	name   string // of the target
	kind   string
	secret string
	url    string // of the server that repeats it
	first  int    // turn

	mu     sync.Mutex
	turns  int
	tokens int // that OAuth 2 has asked for
}

// silent is the kind of secret that a server does not repeat.
const silent = "body"

// credentialKinds are the ways, each with its lines of the configuration. SECRET stands for the secret, FILE for
// a file with it, URL for the server.
func credentialKinds() map[string]string {
	return map[string]string{
		"key":    `api_key_file: FILE`,
		"x-key":  `api: anthropic_messages, api_key_file: FILE`,
		"bearer": `http: {authorization: {credentials: SECRET}}`,
		"basic":  `http: {basic_auth: {username: probe, password: SECRET}}`,
		"token":  `http: {oauth2: {client_id: probe, client_secret: another-secret, token_url: "URL/token"}}`,
		"client": `http: {oauth2: {client_id: probe, client_secret: SECRET, token_url: "URL/token"}}`,
		"header": `http: {http_headers: {X-Team-Key: {secrets: [SECRET]}}}`,
		"proxy":  `http: {proxy_url: "PROXY"}`,
		silent:   `extra_body: {note: SECRET}`, // it may be a secret, but one that the server knows how to keep
	}
}

// randomSecret has the letters of API keys and of passwords, but none that YAML or a URL would read.
func randomSecret(random *rand.Rand, length int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/+"
	b := make([]byte, length)
	for i := range b {
		b[i] = letters[random.IntN(len(letters))]
	}
	return "K" + string(b[1:])
}

// spelling is one way to repeat a secret. A server has as many turns as there are spellings, and uses each.
func (c *credential) spelling(turn int) string {
	if c.kind == silent {
		return "nothing"
	}
	s, half := c.secret, len(c.secret)/2
	var escaped strings.Builder
	for _, r := range s[:min(40, len(s))] {
		fmt.Fprintf(&escaped, "\x00%04x", r) // becomes \u0041 in JSON
	}
	all := []string{
		s,
		s[:half] + " and " + s[half:],
		s[len(s)-9:],
		s[:9],
		strings.Repeat("x", 240) + s, // cut within the secret, wherever words are cut
		strings.Repeat("y", 190) + s,
		base64.StdEncoding.EncodeToString([]byte("probe:" + s)),
		base64.StdEncoding.EncodeToString([]byte("Bearer " + s)),
		url.QueryEscape(s) + " " + url.PathEscape(s),
		html.EscapeString(s) + strings.ReplaceAll(s, "/", `\/`),
		strings.ToUpper(s),
		escaped.String(),
		s[:min(7, half)] + "\x07" + s[min(7, half):],
	}
	return all[turn%len(all)]
}

const spellings = 13

// control are characters that move a terminal's cursor, colour it, set its title, and turn the direction of its text.
const control = "\x1b[31m\x1b]0;title\x07\u009b2J\r\x08\u202e\x7f"

// words are what a server says: a mark by which a test finds them, the secret, and another mark.
func (c *credential) words(where string, turn int) string {
	return fmt.Sprintf("%s%s-says %s so-%s", control, where, c.spelling(turn), where)
}

// quoted is a text in JSON. What spelling has marked becomes an escape that need not be one.
func quoted(text string) string {
	q, _ := json.Marshal(text)
	return strings.ReplaceAll(string(q), `\u0000`, `\u`)
}

// ServeHTTP answers well in every second turn, and else fails in one of several ways. It says in all places what it
// was sent.
func (c *credential) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	if strings.HasSuffix(r.URL.Path, "/token") {
		c.token(w)
		return
	}
	c.mu.Lock()
	turn := c.turns
	c.turns++
	c.mu.Unlock()
	c.setHeaders(w, turn)
	c.answer(w, r, turn)
}

// token answers for OAuth 2. The first requests for tokens are refused, with what they held.
func (c *credential) token(w http.ResponseWriter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens++
	w.Header().Set("Content-Type", "application/json")
	if c.kind == "client" && c.tokens <= 4 {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error":"invalid_client","error_description":%s}`, quoted(c.words("token", c.tokens)))
		return
	}
	token := c.secret
	if c.kind == "client" {
		token = "some-other-token"
	}
	fmt.Fprintf(w, `{"access_token": %s, "token_type": "Bearer", "expires_in": 3600}`, quoted(token))
}

func (c *credential) setHeaders(w http.ResponseWriter, turn int) {
	header := strings.Map(func(r rune) rune {
		if r < ' ' || r == '\x7f' {
			return '_' // net/http takes no header with one
		}
		return r
	}, c.words("server", turn/2))
	for _, name := range []string{"Server", "X-Request-Id", "Www-Authenticate", "Location", "X-Ratelimit-Reset"} {
		w.Header().Set(name, header)
	}
}

func (c *credential) answer(w http.ResponseWriter, r *http.Request, turn int) {
	failure := fmt.Sprintf(`{"error":{"message":%s,"type":%s}}`,
		quoted(c.words("error", turn/2)), quoted(c.words("type", turn/2)))
	statuses := []int{401, 400, 403, 307, 0}
	if status := statuses[turn/2%len(statuses)]; turn%2 == 1 && status != 0 {
		w.WriteHeader(status)
		fmt.Fprint(w, failure)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	switch {
	case turn%2 == 1:
		fmt.Fprintf(w, "event: error\ndata: %s\n\n", failure)
	case strings.HasSuffix(r.URL.Path, "/messages"):
		c.message(w, turn/2)
	default:
		c.chunks(w, turn/2)
	}
}

// chunks is an answer of OpenAI's dialect.
func (c *credential) chunks(w io.Writer, turn int) {
	fmt.Fprintf(w, "data: {\"model\":%s,\"system_fingerprint\":%s,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
		quoted(c.words("model", turn)), quoted(c.words("fingerprint", turn)))
	fmt.Fprintf(w, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":%s}],"+
		"\"usage\":{\"prompt_tokens\":3500,\"note\":%s}}\n\n",
		quoted(c.words("finish", turn)), quoted(c.words("usage", turn)))
	fmt.Fprint(w, "data: [DONE]\n\n")
}

// message is an answer of Anthropic's.
func (c *credential) message(w io.Writer, turn int) {
	fmt.Fprintf(w, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":%s,"+
		"\"usage\":{\"input_tokens\":3500,\"note\":%s}}}\n\n", quoted(c.words("model", turn)), quoted(c.words("usage", turn)))
	fmt.Fprint(w, "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"+
		"\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n")
	fmt.Fprint(w, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"+
		"\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n")
	fmt.Fprint(w, "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n")
	fmt.Fprintf(w, "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":%s},"+
		"\"usage\":{\"output_tokens\":1,\"note\":%s}}\n\n", quoted(c.words("finish", turn)), quoted(c.words("usage", turn)))
	fmt.Fprint(w, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
}

// answered reports whether the server has had more than that many turns.
func (c *credential) answered(turns int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.turns > c.first+turns
}

// serve starts the server, and returns the target's lines of the configuration.
func (c *credential) serve(t *testing.T, dir, lines string) string {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	proxy := url.URL{
		Scheme: "http", Host: strings.TrimPrefix(server.URL, "http://"), User: url.UserPassword("probe", c.secret),
	}
	lines = strings.NewReplacer("FILE", write(t, dir, c.name+".key", c.secret+"\n"), "URL", c.url,
		"PROXY", proxy.String(), "SECRET", c.secret).Replace(lines)
	return target(c.name, c.url+"/v1", ", engine_metrics: ["+c.url+"/metrics], "+lines)
}
