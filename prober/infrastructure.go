package prober

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// Infrastructure describes what serves a target and is measured by others: GPUs, and the metrics pages
// of its engine and of dcgm-exporters. The prober sends nothing there, and a change of it alone disturbs
// no load (see Target.Hash).
type Infrastructure struct {
	GPUs          []string `yaml:"gpus,omitempty"`           // DCGM host engines by name, or GPUs by UUID
	EngineMetrics []string `yaml:"engine_metrics,omitempty"` // metrics pages of the engine: http://vllm:8000/metrics
	DCGMMetrics   []string `yaml:"dcgm_metrics,omitempty"`   // metrics pages of dcgm-exporters
}

// Validate returns every problem of the infrastructure. The caller checks that a host engine of that
// name exists.
func (s Infrastructure) Validate() invalid.Errors {
	var errs invalid.Errors
	for i, entry := range s.GPUs {
		path := item("gpus", i)
		switch {
		case strings.TrimSpace(entry) == "":
			errs.Add(path, "is empty")
		case slices.Index(s.GPUs, entry) < i:
			errs.Add(path, "%q is there twice", entry)
		}
	}
	validatePages(&errs, "engine_metrics", s.EngineMetrics)
	validatePages(&errs, "dcgm_metrics", s.DCGMMetrics)
	return errs
}

// validatePages accepts URLs that Prometheus can be told to scrape.
func validatePages(errs *invalid.Errors, key string, pages []string) {
	for i, page := range pages {
		reason := pageProblem(page)
		if slices.Index(pages, page) < i {
			reason = "is there twice"
		}
		if reason != "" {
			errs.Add(item(key, i), "%s", reason)
		}
	}
}

// pageProblem never repeats the URL: it may hold a password.
func pageProblem(page string) string {
	u, err := url.Parse(page)
	switch {
	case page == "":
		return "is empty"
	case err != nil:
		return "cannot be read; want something like http://vllm:8000/metrics"
	case u.Scheme != "http" && u.Scheme != "https":
		return "must begin with http:// or https://"
	case u.Hostname() == "":
		return "has no host"
	case u.User != nil:
		return "must not hold credentials; they belong in Prometheus' scrape configuration"
	case u.Fragment != "":
		return "must not have a fragment"
	}
	return queryProblem(u)
}

// queryProblem accepts parameters that fit the labels in which Prometheus takes them: __param_<name>,
// one value each. One bad name would cost the whole list, because Prometheus refuses it as a whole.
func queryProblem(u *url.URL) string {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "has a query that cannot be read"
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		values := query[name]
		if len(values) > 1 {
			return "has a parameter twice, and Prometheus takes one value of each"
		}
		if !model.LegacyValidation.IsValidLabelName(model.ParamLabelPrefix + name) {
			return "has a parameter whose name Prometheus cannot take: only letters, digits and _ are allowed"
		}
		if !model.LabelValue(values[0]).IsValid() {
			return "has a parameter whose value is not UTF-8"
		}
	}
	return ""
}

func item(key string, i int) string { return key + "[" + strconv.Itoa(i) + "]" }
