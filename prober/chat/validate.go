package chat

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// DefaultEndpoint is an Endpoint with everything that has a default.
func DefaultEndpoint() Endpoint {
	http := config.DefaultHTTPClientConfig
	http.EnableHTTP2 = false
	return Endpoint{
		API:               OpenAIChat,
		HTTP:              http,
		Tools:             true,
		Timeout:           model.Duration(defaultTimeout),
		StallTimeout:      model.Duration(defaultStallTimeout),
		FirstTokenTimeout: model.Duration(defaultFirstTokenTimeout),
	}
}

// Validate finds every problem of an endpoint. It reads the key file.
func (e Endpoint) Validate() invalid.Errors {
	var errs invalid.Errors
	e.validateURL(&errs)
	if _, err := dialectOf(e.API); err != nil {
		errs.Add("api", "%s", err)
	}
	if e.Model == "" {
		errs.Add("model", "is empty")
	}
	e.validateKey(&errs)
	if err := e.HTTP.Validate(); err != nil {
		errs.Add("http", "%s", err)
	}
	e.validateExtra(&errs)
	for _, name := range e.SessionHeaders {
		if !isHeaderName(name) {
			errs.Add("session_headers", "%q is no header name", name)
		}
	}
	e.validateTimes(&errs)
	return errs
}

func (e Endpoint) validateURL(errs *invalid.Errors) {
	u, err := url.Parse(e.URL)
	switch {
	case e.URL == "":
		errs.Add("url", "is empty")
	case err != nil:
		errs.Add("url", "cannot be read; want something like https://api.example.com/v1")
	case u.Scheme != "http" && u.Scheme != "https":
		errs.Add("url", "must begin with http:// or https://")
	case u.Hostname() == "":
		errs.Add("url", "has no host")
	case u.User != nil:
		errs.Add("url", "must not hold credentials; use api_key_file or http.basic_auth")
	}
}

func (e Endpoint) validateKey(errs *invalid.Errors) {
	if e.APIKeyFile == "" {
		return
	}
	if _, err := readKey(e.APIKeyFile); err != nil {
		errs.Add("api_key_file", "%s", err)
	}
	h := e.HTTP
	if h.Authorization != nil || h.BasicAuth != nil || h.OAuth2 != nil || h.BearerToken != "" || h.BearerTokenFile != "" {
		errs.Add("api_key_file", "cannot stand beside credentials under http")
	}
}

func (e Endpoint) validateExtra(errs *invalid.Errors) {
	for _, key := range reservedFields() {
		if _, ok := e.ExtraBody[key]; ok {
			errs.Add("extra_body."+key, "cannot be replaced")
		}
	}
	for _, f := range []struct{ key, why string }{
		{"best_of", "would make several answers of which one user sees one"},
		{"echo", "would make the prompt its own first token"},
		{"n", "would make several answers of which one user sees one"},
	} {
		v, ok := e.ExtraBody[f.key]
		if harmless := v == nil || v == false || v == 1; ok && !harmless {
			errs.Add("extra_body."+f.key, "%s", f.why)
		}
	}
	if _, _, err := merge(nil, e.ExtraBody); err != nil {
		errs.Add("extra_body", "%s", err)
	}
}

// reservedFields are those of all dialects, sorted: a conversation in another dialect's field is a mistake too.
func reservedFields() []string {
	var all []string
	for _, d := range dialects() {
		all = append(all, d.reserved...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (e Endpoint) validateTimes(errs *invalid.Errors) {
	if e.Timeout <= 0 {
		errs.Add("timeout", "must be positive")
	}
	switch {
	case e.StallTimeout <= 0:
		errs.Add("stall_timeout", "must be positive")
	case e.Timeout > 0 && e.StallTimeout > e.Timeout:
		errs.Add("stall_timeout", "is longer than the timeout of %s", time.Duration(e.Timeout))
	}
	if e.FirstTokenTimeout < 0 {
		errs.Add("first_token_timeout", "must not be negative")
	}
	if e.BatchReads < 0 || time.Duration(e.BatchReads) > maxBatch {
		errs.Add("batch_reads", "must be between 0s and %s", maxBatch)
	}
}

// isHeaderName holds for a token of RFC 9110, section 5.6.2.
func isHeaderName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}
