package simulator

import (
	"encoding/json"
	"net/http"
)

// vendor is the family of a dialect. It decides the shape of errors and the place of the key.
type vendor uint8

const (
	openAI vendor = iota
	anthropic
)

// key is the API key of a request.
func (v vendor) key(r *http.Request) string {
	if k := r.Header.Get("X-Api-Key"); v == anthropic && k != "" {
		return k
	}
	const bearer = "Bearer "
	h := r.Header.Get("Authorization")
	if len(h) > len(bearer) && h[:len(bearer)] == bearer {
		return h[len(bearer):]
	}
	return ""
}

// kind is the vendor's word for what went wrong.
//
// Sources: OpenAI's API reference and vLLM's error responses; Anthropic's error page.
func (v vendor) kind(status int) string {
	names := map[int][2]string{
		400: {"invalid_request_error", "invalid_request_error"},
		401: {"invalid_request_error", "authentication_error"},
		403: {"invalid_request_error", "permission_error"},
		404: {"invalid_request_error", "not_found_error"},
		405: {"invalid_request_error", "invalid_request_error"},
		413: {"invalid_request_error", "request_too_large"},
		429: {"rate_limit_error", "rate_limit_error"},
		503: {"service_unavailable", "overloaded_error"},
		529: {"overloaded_error", "overloaded_error"},
	}
	if n, ok := names[status]; ok {
		return n[v]
	}
	return [2]string{"server_error", "api_error"}[v]
}

// errorObject is the failure in the vendor's shape.
func (v vendor) errorObject(f *Failure, id string) []byte {
	var shape any
	if v == anthropic {
		shape = struct {
			Type  string    `json:"type"`
			Error errorBody `json:"error"`
			ID    string    `json:"request_id"`
		}{"error", errorBody{Type: v.kind(f.Status), Message: f.Message}, id}
	} else {
		shape = struct {
			Error openAIError `json:"error"`
		}{openAIError{f.Message, v.kind(f.Status), nil, f.code()}}
	}
	b, err := json.Marshal(shape)
	if err != nil { // strings and numbers always marshal
		return []byte(`{"error":{"message":"internal error"}}`)
	}
	return b
}

type errorBody struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

type openAIError struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    any     `json:"code"`
}

// code is OpenAI's code of a failure; the status where it has none.
func (f *Failure) code() any {
	switch {
	case f.Code != "":
		return f.Code
	case f.Status == http.StatusUnauthorized:
		return "invalid_api_key"
	case f.Status == http.StatusNotFound:
		return "model_not_found"
	default:
		return f.Status
	}
}
