package pages

import (
	"errors"
	"net/http"

	"github.com/firsttoken/firsttoken/prober"
)

// Pauses pause targets by hand; prober.AllTargets is all of them.
type Pauses interface {
	Pause(target string) error
	Resume(target string) error
}

func (o Options) pause(w http.ResponseWriter, r *http.Request) {
	o.changePause(w, r, func(target string) error { return o.Pauses.Pause(target) })
}

func (o Options) resume(w http.ResponseWriter, r *http.Request) {
	o.changePause(w, r, func(target string) error { return o.Pauses.Resume(target) })
}

// changePause changes the pause of ?target=NAME, or of all targets without it. An empty name is a mistake of a script,
// and must not stop everything.
func (o Options) changePause(w http.ResponseWriter, r *http.Request, change func(target string) error) {
	query := r.URL.Query()
	target := query.Get("target")
	switch {
	case o.Pauses == nil:
		plain(w, http.StatusForbidden, "Lifecycle API is not enabled.\n")
		return
	case query.Has("target") && target == "":
		plain(w, http.StatusBadRequest, "target is empty; leave it out to mean all targets.\n")
		return
	}
	err := change(target)
	if _, unknown := errors.AsType[*prober.UnknownTarget](err); unknown {
		plain(w, http.StatusNotFound, err.Error()+".\n")
		return
	}
	plain(w, http.StatusOK, "")
}
