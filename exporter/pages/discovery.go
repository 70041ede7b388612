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

// Labels of a page. Rules join on target. The kind of the engine is a label for relabelling only: a plain label engine
// would rename the one that vLLM's own series have, engine="0".
const (
	sdTarget = "target"
	sdRole   = "role" // engine or dcgm
	sdEngine = model.MetaLabelPrefix + "firsttoken_engine"
)

// discovery tells Prometheus where the engines and GPUs of the targets are measured. Until the targets run and during
// shutdown it answers with an error: a server then keeps the list that it has, where an empty list would end the
// series.
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
	encoder.SetIndent("", "  ") // for people, who read it too
	if err := encoder.Encode(scrapeGroups(targets)); err != nil {
		o.Logger.Debug("discovery page was not read to its end", "err", err)
	}
}

// scrapeGroups is never nil. It is in the order of names, so that an unchanged list is the same text.
func scrapeGroups(targets []prober.Target) []scrapeGroup {
	byName := func(a, b prober.Target) int { return cmp.Compare(a.Name, b.Name) }
	sorted := slices.SortedFunc(slices.Values(targets), byName)
	groups := []scrapeGroup{}
	for _, t := range sorted {
		groups = append(groups, pagesOf(t, "engine", t.EngineMetrics)...)
		groups = append(groups, pagesOf(t, "dcgm", t.DCGMMetrics)...)
	}
	return groups
}

// pagesOf gives each page that shares host and port with an earlier one an instance of its own. Prometheus would give
// both the same instance, host and port, and their series would clash.
func pagesOf(t prober.Target, role string, pages []string) []scrapeGroup {
	var groups []scrapeGroup
	seen := map[string]bool{}
	for _, page := range pages {
		u, err := url.Parse(page)
		if err != nil {
			continue // the configuration refuses such a page
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
