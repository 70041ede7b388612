package pages

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// TargetStatus is an entry of /targets.
type TargetStatus struct {
	Config  TargetConfig     `json:"config"`
	Summary history.Summary  `json:"summary"`
	Results []results.Record `json:"results"` // newest last
}

// TargetConfig is what of a target's configuration may be shown to anybody: no header, no extra
// field of the request and nothing of the HTTP client, as keys stand in any of these.
type TargetConfig struct {
	Name            string                       `json:"name"`
	URL             string                       `json:"url"` // without user, password and query
	API             string                       `json:"api"`
	Model           string                       `json:"model"`
	Engine          string                       `json:"engine,omitempty"`
	Region          string                       `json:"region,omitempty"`
	Tier            string                       `json:"tier,omitempty"`
	Labels          map[string]string            `json:"labels,omitempty"`
	Profile         string                       `json:"profile,omitempty"`
	TokensPerMinute float64                      `json:"tokens_per_minute,omitempty"`
	MaxInFlight     int                          `json:"max_in_flight,omitempty"`
	Until           time.Time                    `json:"until,omitzero"`
	Timeout         string                       `json:"timeout,omitempty"`
	SLOs            map[slo.Name]ObjectiveConfig `json:"slos,omitempty"`
}

// ObjectiveConfig is a configured objective.
type ObjectiveConfig struct {
	Ratio     float64 `json:"ratio"`               // share of events that must be good
	Threshold float64 `json:"threshold,omitempty"` // seconds for ttft, tokens per second for tps
}

func configOf(t prober.Target) TargetConfig {
	objectives := make(map[slo.Name]ObjectiveConfig, len(t.SLOs))
	for name, o := range t.SLOs {
		objectives[name] = ObjectiveConfig(o)
	}
	return TargetConfig{
		Name: t.Name, URL: bare(t.URL), API: string(t.API), Model: t.Model,
		Engine: t.Engine, Region: t.Region, Tier: t.Tier, Labels: t.Labels,
		Profile: t.Load.Profile, TokensPerMinute: t.Load.TokensPerMinute, MaxInFlight: t.Load.MaxInFlight, Until: t.Load.Until,
		Timeout: t.Timeout.String(), SLOs: objectives,
	}
}

// bare is a URL without the parts in which people put keys.
func bare(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// targets streams its answer target by target: that of a large fleet is many megabytes.
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
	out.text(w, `{"targets":[`)
	for _, name := range names {
		if status, ok := o.status(name, last); ok {
			out.add(w, status)
		}
	}
	out.text(w, "]}\n")
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

// status is false for a target that went meanwhile.
func (o Options) status(name string, last uint64) (TargetStatus, bool) {
	t, ok := o.History.Target(name)
	summary, has := o.History.Summary(name)
	results, had := o.History.Last(name, int(last))
	return TargetStatus{configOf(t), summary, results}, ok && has && had
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
	if l.err == nil {
		l.err = l.encoder.Encode(entry)
	}
}
