package simulator

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// refuse answers with an HTTP error.
func (v vendor) refuse(w http.ResponseWriter, r *http.Request, f *Failure, id string) {
	if f.hang.wait(r.Context(), f.closing) != nil {
		return
	}
	contentType, body := f.body.render(v, f, id)
	if contentType != "" {
		w.Header().Set("Content-Type", contentType)
	}
	if f.RetryAfter > 0 {
		seconds := (f.RetryAfter + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", strconv.Itoa(int(seconds)))
	}
	setHeaders(w, f.headers, v.key(r))
	w.WriteHeader(f.Status)
	if _, err := w.Write(body); err != nil {
		return // the client is gone
	}
	_ = f.flood.write(r.Context(), f.closing, w)
}

// setHeaders sets an incident's headers, with the key of the request where they ask for it.
func setHeaders(w http.ResponseWriter, headers map[string]string, key string) {
	for _, name := range headerNames(headers) {
		w.Header().Set(name, strings.ReplaceAll(headers[name], "{key}", key))
	}
}
