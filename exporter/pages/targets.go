package pages

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober/budget"
)

// targetStatus is an entry of /targets.
type targetStatus struct {
	Config  targetConfig     `json:"config"`
	Summary history.Summary  `json:"summary"`
	Results []results.Record `json:"results"` // newest last
	Budget  []capStatus      `json:"budget,omitempty"`
}

// targets writes its answer target by target, as that of a large fleet is many megabytes.
func (o Options) targets(w http.ResponseWriter, r *http.Request) {
	last, err := lastParam(r)
	if err != nil {
		plain(w, http.StatusBadRequest, "last is not a number of results.\n")
		return
	}
	names := o.History.Targets()
	if one := r.URL.Query().Get("target"); one != "" {
		if _, ok := o.History.Target(one); !ok {
			plain(w, http.StatusNotFound, "there is no such target.\n")
			return
		}
		names = []string{one}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	out := &listing{encoder: json.NewEncoder(w)}
	out.encoder.SetEscapeHTML(false)
	budgets := o.budgets()
	out.text(w, `{"targets":[`)
	for _, name := range names {
		if status, ok := o.status(name, last); ok {
			status.Budget = budgets.status(name)
			out.add(w, status)
		}
	}
	out.text(w, "]")
	if budgets != nil { // of all targets together
		out.text(w, `,"budget":`)
		out.encode(budgets.status(budget.Process))
	}
	out.text(w, "}\n")
	if out.err != nil {
		o.Logger.Debug("targets page was not read to its end", "err", out.err)
	}
}

func lastParam(r *http.Request) (uint64, error) {
	text := r.URL.Query().Get("last")
	if text == "" {
		return 10, nil
	}
	return strconv.ParseUint(text, 10, 16)
}

// status is false for a target that stopped in the meantime.
func (o Options) status(name string, last uint64) (targetStatus, bool) {
	t, ok := o.History.Target(name)
	summary, has := o.History.Summary(name)
	results, had := o.History.Last(name, int(last))
	return targetStatus{Config: configOf(t), Summary: summary, Results: results}, ok && has && had
}

// listing is a JSON list that is written entry by entry, until the first error.
type listing struct {
	encoder *json.Encoder
	some    bool
	err     error
}

func (l *listing) text(w http.ResponseWriter, text string) {
	if l.err == nil {
		_, l.err = w.Write([]byte(text))
	}
}

func (l *listing) add(w http.ResponseWriter, entry any) {
	if l.some {
		l.text(w, ",")
	}
	l.some = true
	l.encode(entry)
}

func (l *listing) encode(v any) {
	if l.err == nil {
		l.err = l.encoder.Encode(v)
	}
}
