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

// Infrastructure are what stands behind a target and is measured by others: nothing is sent there, and
// a change of them alone disturbs no load (see Target.Hash).
type Infrastructure struct {
	GPUs          []string `yaml:"gpus,omitempty"`           // DCGM host engines by name, or GPUs by UUID
	EngineMetrics []string `yaml:"engine_metrics,omitempty"` // metrics pages of the engine: http://vllm:8000/metrics
	DCGMMetrics   []string `yaml:"dcgm_metrics,omitempty"`   // metrics pages of dcgm-exporters
}

// Validate says everything that is wrong with the surroundings. Whether a host engine of that name
// exists is for its caller to see.
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

// validatePages holds URLs to what Prometheus can be told to scrape.
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
		return "must not hold credentials; they belong into Prometheus' scrape configuration"
	case u.Fragment != "":
		return "must not have a fragment"
	}
	return queryProblem(u)
}

// queryProblem holds parameters to the labels in which Prometheus takes them: __param_<name>, one
// value each. One bad name would cost the whole list, as a server refuses it unread.
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
			return "has a parameter with other signs than letters, digits and _, which Prometheus cannot be told of"
		}
		if !model.LabelValue(values[0]).IsValid() {
			return "has a parameter whose value is not UTF-8"
		}
	}
	return ""
}

func item(key string, i int) string { return key + "[" + strconv.Itoa(i) + "]" }
