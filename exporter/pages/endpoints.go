package pages

import (
	"io"
	"net/http"
)

// plain answers in plain text. It ignores the error of a write, which only says that the client has gone.
func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func (o Options) healthy(w http.ResponseWriter, _ *http.Request) {
	plain(w, http.StatusOK, "firsttoken is healthy.\n")
}

func (o Options) ready(w http.ResponseWriter, _ *http.Request) {
	if !o.Ready() {
		plain(w, http.StatusServiceUnavailable, "firsttoken is not ready: its targets do not run yet, or no longer.\n")
		return
	}
	plain(w, http.StatusOK, "firsttoken is ready.\n")
}

// reload answers as Prometheus does.
func (o Options) reload(w http.ResponseWriter, r *http.Request) {
	if o.Reload == nil {
		plain(w, http.StatusForbidden, "Lifecycle API is not enabled.\n")
		return
	}
	if err := o.Reload(r.Context()); err != nil {
		plain(w, http.StatusInternalServerError, "failed to reload the configuration: "+err.Error()+"\n")
		return
	}
	plain(w, http.StatusOK, "")
}

func (o Options) config(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	_, _ = io.WriteString(w, o.Config())
}
