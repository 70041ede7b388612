package pages

import (
	"cmp"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/prober"
)

// scrapeGroup is an entry of the list that Prometheus' http_sd_configs reads, here always one page:
// https://prometheus.io/docs/prometheus/latest/http_sd/
type scrapeGroup struct {
	Targets []string          `json:"targets"` // host:port
	Labels  map[string]string `json:"labels"`
}

// Labels of a page. target is the one that rules join on. The engine's kind is left to relabelling,
// because a plain label of that name would rename the one of vLLM's own series, engine="0".
const (
	sdTarget = "target"
	sdRole   = "role" // engine or dcgm
	sdEngine = model.MetaLabelPrefix + "firsttoken_engine"
)

// discovery tells Prometheus where the engines and GPUs of the targets are measured. Until the
// targets run and during shutdown it answers with an error, upon which a server keeps the list that
// it has; an empty one would end the series.
func (o Options) discovery(w http.ResponseWriter, _ *http.Request) {
	if !o.Ready() {
		plain(w, http.StatusServiceUnavailable, "firsttoken is not ready: its targets do not run yet, or no longer.\n")
		return
	}
	var targets []prober.Target
	if o.Targets != nil {
		targets = o.Targets()
	}
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ") // for people: it is a page, too
	if err := encoder.Encode(scrapeGroups(targets)); err != nil {
		o.Logger.Debug("discovery page was not read to its end", "err", err)
	}
}

// scrapeGroups is never nil, and in the order of names: an unchanged list is the same text.
func scrapeGroups(targets []prober.Target) []scrapeGroup {
	sorted := slices.SortedFunc(slices.Values(targets), func(a, b prober.Target) int { return cmp.Compare(a.Name, b.Name) })
	groups := []scrapeGroup{}
	for _, t := range sorted {
		groups = append(groups, pagesOf(t, "engine", t.EngineMetrics)...)
		groups = append(groups, pagesOf(t, "dcgm", t.DCGMMetrics)...)
	}
	return groups
}

// pagesOf gives pages behind the host and port of an earlier one an instance of their own: under the
// one that Prometheus gives them, host and port, their series would clash.
func pagesOf(t prober.Target, role string, pages []string) []scrapeGroup {
	var groups []scrapeGroup
	seen := map[string]bool{}
	for _, page := range pages {
		u, err := url.Parse(page)
		if err != nil {
			continue // no configuration holds such a one
		}
		group := groupOf(u)
		group.Labels[sdTarget], group.Labels[sdRole] = t.Name, role
		if t.Engine != "" {
			group.Labels[sdEngine] = t.Engine
		}
		address := group.Targets[0]
		if seen[address] {
			group.Labels[model.InstanceLabel] = address + u.RequestURI()
		}
		seen[address] = true
		groups = append(groups, group)
	}
	return groups
}

// groupOf takes a URL apart into the labels from which Prometheus makes it again:
//
//	https://vllm/kimi/metrics?part=1  →  vllm:443, __scheme__, __metrics_path__, __param_part
func groupOf(u *url.URL) scrapeGroup {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme] // versions differ in whether they add it
	}
	labels := map[string]string{
		model.SchemeLabel:      u.Scheme,
		model.MetricsPathLabel: cmp.Or(u.Path, "/metrics"),
	}
	for name, values := range u.Query() {
		labels[model.ParamLabelPrefix+name] = values[0]
	}
	return scrapeGroup{[]string{net.JoinHostPort(u.Hostname(), port)}, labels}
}
