package chat

import (
	"encoding/json"
	"strconv"
	"strings"
)

// failure is the end of an exchange that is not OK. It becomes Exchange.Outcome and Exchange.Err.
type failure struct {
	outcome Outcome
	reason  string // constant text, or a server's message that was cut short; never an answer or a key
	cause   error  // nil, or what reason was made of
}

func (f *failure) Error() string { return f.reason }

func (f *failure) Unwrap() error { return f.cause }

func broken(reason string) *failure    { return &failure{outcome: Broken, reason: reason} }
func truncated(reason string) *failure { return &failure{outcome: Truncated, reason: reason} }

// complaint is an error object, in all spellings that are known:
//
//	{"error":{"message":…,"type":…,"param":…,"code":…}}            OpenAI, vLLM, Together, llama.cpp
//	{"error":"…"}                                                   Triton, others
//	{"object":"error","message":…,"type":…,"code":…}                SGLang, TensorRT-LLM
//	{"message":…,"type":…,"code":…,"details":…}                     Dynamo
//	{"type":"error","error":{"type":…,"message":…},"request_id":…}  Anthropic
//	{"type":"error","code":…,"message":…,"param":…}                 OpenAI Responses
//
// An "error":null is none.
type complaint struct {
	Error   json.RawMessage `json:"error"`
	Object  json.RawMessage `json:"object"`
	Type    json.RawMessage `json:"type"`
	Code    json.RawMessage `json:"code"`
	Message json.RawMessage `json:"message"`
	Detail  json.RawMessage `json:"detail"` // FastAPI
	// Kind is Together's name of the limit that was hit.
	Kind json.RawMessage `json:"error_type"`
}

// found reports whether the object is an error. bare allows Dynamo's shape, which only the absence
// of everything else tells from an answer.
func (c *complaint) found(bare bool) bool {
	if present(c.Error) {
		return true
	}
	if words(c.Object) == "error" || words(c.Type) == "error" {
		return true
	}
	return bare && piece(c.Message) != nil && (present(c.Code) || present(c.Type))
}

const genericComplaint = "server reports an error"

// failure is what the error means.
func (c *complaint) failure() *failure {
	inner := *c
	if present(c.Error) {
		inner = complaint{Message: c.Error}
		var object complaint
		if json.Unmarshal(c.Error, &object) == nil && c.Error[0] == '{' {
			inner = object
		}
	}
	f := broken(genericComplaint)
	if inner.throttles() || c.throttles() {
		f.outcome = Throttled
	}
	if said := inner.said(); said != "" {
		f.reason += ": " + said
	}
	return f
}

// said is the message, fit to print, with the error's type where there is one.
func (c *complaint) said() string {
	message := words(c.Message)
	if message == "" {
		message = words(c.Detail)
	}
	kind := words(c.Type)
	if kind == "" || kind == "error" {
		kind = words(c.Code)
	}
	if kind != "" && message != "" {
		kind += ": "
	}
	return excerpt(kind + message)
}

// throttles reports whether the error is the server's way to say "later": by a type or code that
// vendors use for rate limits and overload, never by the message.
func (c *complaint) throttles() bool {
	for _, raw := range []json.RawMessage{c.Type, c.Code, c.Kind} {
		if n, err := strconv.Atoi(words(raw)); err == nil && throttlingStatus(n) {
			return true
		}
		word := strings.Map(letter, words(raw))
		for _, sign := range []string{"ratelimit", "overload", "toomanyrequests", "resourceexhausted", "dynamicrequestlimited", "dynamictokenlimited"} {
			if strings.Contains(word, sign) {
				return true
			}
		}
	}
	return false
}

// throttlingStatus holds for 429, 503 and Anthropic's 529.
func throttlingStatus(status int) bool {
	return status == 429 || status == 503 || status == 529
}

// letter keeps letters, in lower case.
func letter(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return r
	case r >= 'A' && r <= 'Z':
		return r - 'A' + 'a'
	}
	return -1
}

// words is a string or number as text, "" for anything else.
func words(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

const maxExcerpt = 200

// excerpt makes a server's text fit for a log line: one line, printable, at most 200 bytes.
func excerpt(s string) string {
	var b strings.Builder
	for _, word := range strings.Fields(s) {
		for _, r := range " " + word {
			if b.Len() >= maxExcerpt {
				return strings.TrimSpace(b.String()) + "…"
			}
			if strconv.IsPrint(r) {
				b.WriteRune(r)
			}
		}
	}
	return strings.TrimSpace(b.String())
}
