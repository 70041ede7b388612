package chat

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// errorBody is what a server says in a response that is no stream.
type errorBody struct {
	text    string // fit to print
	object  errorObject
	isError bool // it is an error by its shape, not only by the status that it came with
}

// parseErrorBody reads JSON of any known shape, the title of an HTML page, or plain text; false for a body without
// words.
func parseErrorBody(body []byte) (errorBody, bool) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return errorBody{}, false
	}
	if body[0] == '[' { // Gemini wraps its error in a list
		var entries []json.RawMessage
		if json.Unmarshal(body, &entries) == nil && len(entries) > 0 {
			body = entries[0]
		}
	}
	var e errorObject
	if json.Unmarshal(body, &e) == nil {
		inner := e.inner()
		return errorBody{text: inner.message(), object: inner, isError: e.found(true)}, inner.message() != ""
	}
	if json.Valid(body) || body[0] == '{' || body[0] == '[' {
		return errorBody{}, false // no words, or JSON that was cut
	}
	text := excerpt(htmlTitle(body))
	return errorBody{text: text}, text != ""
}

// htmlTitle is the title of a page that a gateway made, or the text itself where it is none.
func htmlTitle(body []byte) string {
	title := regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	if m := title.FindSubmatch(body); m != nil {
		return string(m[1])
	}
	if bytes.HasPrefix(bytes.ToLower(body), []byte("<")) {
		return "" // markup without a title says nothing to people
	}
	return string(body)
}

// refine makes the cause of a status more exact, by what the body says.
func (b errorBody) refine(cause Cause) Cause {
	text := strings.ToLower(b.text)
	switch outcome := cause.Outcome(); {
	case strings.Contains(text, "insufficient_quota"):
		return CausePayment
	case b.object.throttles():
		return throttledCause(cause)
	case outcome == Denied || outcome == Throttled:
		return cause
	case isOverflow(text):
		return CauseContextOverflow
	case outcome == Rejected && isUnknownModel(text):
		return CauseUnknownModel
	}
	return cause
}

// throttledCause keeps a status that says as much by itself.
func throttledCause(cause Cause) Cause {
	if cause.Outcome() == Throttled {
		return cause
	}
	return CauseOverloaded
}

// isOverflow goes by the words that servers have for a prompt that is too long. The lists are those of the servers'
// sources and issue trackers in 2026.
func isOverflow(text string) bool {
	return containsAny(text,
		"context_length_exceeded", "exceed_context_size", "maximum context length", "model's context length",
		"context window", "context size", "prompt is too long", "model token limit", "input is too long",
		"exceeds the maximum number of tokens", "too large for model", "longer than the model",
		"greater than the context length", "max_tokens must be at least 1", "longer than the maximum model length",
	)
}

func isUnknownModel(text string) bool {
	return containsAny(text, "model_not_found", "deploymentnotfound", "unknown model", "no such model") ||
		strings.Contains(text, "model") && containsAny(text, "not found", "does not exist", "could not find")
}

func containsAny(text string, signs ...string) bool {
	for _, sign := range signs {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}
