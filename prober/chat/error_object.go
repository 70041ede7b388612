package chat

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// errorObject is a server's error, in all spellings that are known:
//
//	{"error":{"message":…,"type":…,"param":…,"code":…}}            OpenAI, vLLM, Together, llama.cpp
//	{"error":"…"}                                                   Triton, others
//	{"object":"error","message":…,"type":…,"code":…}                SGLang, TensorRT-LLM
//	{"message":…,"type":…,"code":…,"details":…}                     Dynamo
//	{"type":"error","error":{"type":…,"message":…},"request_id":…}  Anthropic
//	{"type":"error","code":…,"message":…,"param":…}                 OpenAI Responses
//	{"success":false,"msg":…,"code":…}, {"status":"error",…}        gateways
//
// An "error":null is no error.
type errorObject struct {
	Error   json.RawMessage `json:"error"`
	Object  json.RawMessage `json:"object"`
	Type    json.RawMessage `json:"type"`
	Code    json.RawMessage `json:"code"`
	Message json.RawMessage `json:"message"`
	Detail  json.RawMessage `json:"detail"` // FastAPI
	Msg     json.RawMessage `json:"msg"`
	Status  json.RawMessage `json:"status"`
	Success json.RawMessage `json:"success"`
	// Kind is Together's name of the limit that was hit.
	Kind json.RawMessage `json:"error_type"`
}

// found reports whether the object is an error. bare allows Dynamo's shape, which is an error only in an
// object that could not be anything else.
func (e *errorObject) found(bare bool) bool {
	if present(e.Error) {
		return true
	}
	if scalar(e.Object) == "error" || scalar(e.Type) == "error" {
		return true
	}
	if piece(e.Message) == nil && piece(e.Msg) == nil {
		return false
	}
	gateways := scalar(e.Status) == "error" || string(e.Success) == "false"
	return bare && (gateways || present(e.Code) || present(e.Type))
}

// kind is the type of an event, in its data or, where these do not say, in its name. failed says that it is an error.
func (e *errorObject) kind(ev sse.Event) (kind string, failed bool) {
	kind = scalar(e.Type)
	if kind == "" {
		kind = string(ev.Name)
	}
	return kind, kind == "error" || string(ev.Name) == "error" || e.found(kind == "")
}

const genericError = "server reports an error"

// inner is the object that holds the words, where the outer one only wraps it.
func (e *errorObject) inner() errorObject {
	if !present(e.Error) {
		return *e
	}
	var object errorObject
	if e.Error[0] == '{' && json.Unmarshal(e.Error, &object) == nil {
		if object.Kind == nil {
			object.Kind = e.Kind
		}
		return object
	}
	return errorObject{Message: e.Error, Type: e.Type, Code: e.Code, Kind: e.Kind}
}

// failure is what the error means inside of an answer that began with 200.
func (e *errorObject) failure() *failure {
	inner := e.inner()
	body := errorBody{text: inner.message(), object: inner}
	f := &failure{cause: body.refine(CauseErrorEvent), text: genericError}
	if e.throttles() || scalar(inner.Code) == "503" { // there is no status that would say it better
		f.cause = CauseOverloaded
	}
	if body.text != "" {
		f.text += ": " + body.text
	}
	return f
}

// message is the error's text, fit to print, behind its type where it has one.
func (e *errorObject) message() string {
	message := scalar(e.Message)
	message = cmp.Or(message, scalar(e.Detail), scalar(e.Msg))
	kind := scalar(e.Type)
	if kind == "" || kind == "error" {
		kind = scalar(e.Code)
	}
	if kind != "" && message != "" {
		kind += ": "
	}
	return excerpt(kind + message)
}

// throttles reports whether the server asks to come back later. It goes by the types and codes that
// vendors use for rate limits and overload, never by the message.
func (e *errorObject) throttles() bool {
	for _, raw := range []json.RawMessage{e.Type, e.Code, e.Kind} {
		if n, err := strconv.Atoi(scalar(raw)); err == nil && statusCause(n).Outcome() == Throttled {
			return true
		}
		word := strings.Map(letter, scalar(raw))
		for _, sign := range []string{
			"ratelimit", "overload", "toomanyrequests", "resourceexhausted", "dynamicrequestlimited", "dynamictokenlimited",
		} {
			if strings.Contains(word, sign) {
				return true
			}
		}
	}
	return false
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

// scalar is a string or number as text, "" for anything else.
func scalar(raw json.RawMessage) string {
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
