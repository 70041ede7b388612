package chat

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/firsttoken/firsttoken/internal/redact"
)

// What an exchange keeps of a server's words, in bytes. Whoever reads an Exchange may print all of it.
const (
	maxWords = 256
	maxUsage = 4 << 10
)

// clean makes all that the server said printable, takes secrets out, and makes it short, in this order: without the
// characters between them, parts of a secret may stand together, and a cut may leave less than a part. It is the one
// place where a server's words leave this package: log, pages, results, spans and labels get them from here.
func (c *Client) clean(x *Exchange, f *failure, sent []string) {
	r := c.redactors.of(append(configuredSecrets(c.endpoint.HTTP), sent...))
	if f != nil {
		x.Outcome, x.Cause, x.Err = f.outcome(), f.cause, f.printable(r)
	}
	for _, words := range []*string{
		&x.Finish, &x.Identity.Model, &x.Identity.Fingerprint, &x.Identity.Server, &x.Identity.Protocol,
	} {
		*words = shorten(r.Clean(printable(*words)), maxWords)
	}
	if len(x.Usage.Verbatim) > 0 {
		usage := r.Clean(printable(withoutEscapes(x.Usage.Verbatim)))
		x.Usage.Verbatim = []byte(shorten(usage, maxUsage))
	}
}

// withoutEscapes is a JSON document in which only those characters are escaped that must be: neither a secret nor a
// control character can hide in \u0073. A text without a backslash, or that is no JSON, is returned as
// it is.
func withoutEscapes(document []byte) string {
	if !bytes.ContainsRune(document, '\\') {
		return string(document)
	}
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return string(document)
	}
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(printableTexts(v)) != nil {
		return string(document)
	}
	return strings.TrimSuffix(plain.String(), "\n")
}

// printableTexts makes every text of a decoded document printable.
func printableTexts(v any) any {
	switch v := v.(type) {
	case string:
		return printable(v)
	case []any:
		for i := range v {
			v[i] = printableTexts(v[i])
		}
	case map[string]any:
		clean := make(map[string]any, len(v))
		for name, value := range v {
			clean[printable(name)] = printableTexts(value)
		}
		return clean
	}
	return v
}

// printable is the text without control characters and with whole characters only: it may end up on a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}

// shorten cuts a text to a number of bytes, between characters, and marks the cut.
func shorten(text string, limit int) string {
	const mark = "…"
	if len(text) <= limit {
		return text
	}
	cut := limit - len(mark)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + mark
}

// redactors keeps the last Redactor, as it takes longer to make one than to use it and keys seldom change.
type redactors struct {
	mu      sync.Mutex
	secrets string // of last
	last    *redact.Redactor
}

func (r *redactors) of(secrets []string) *redact.Redactor {
	joined := strings.Join(secrets, "\x00")
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil || r.secrets != joined {
		r.secrets, r.last = joined, redact.New(secrets...)
	}
	return r.last
}
