package dashboards

import (
	"regexp"
	"testing"
)

// reference is a variable in an expression, a title or a link.
var reference = regexp.MustCompile(`\$\{?(\w+)`)

// grafanas are the variables that Grafana has by itself, and $1, the first group of a label_replace.
func grafanas() map[string]bool {
	names := map[string]bool{"1": true}
	for _, name := range []string{"rate_interval", "range", "range_s", "to", "url_time_range", "data", "field", "all"} {
		names["__"+name] = true
	}
	return names
}

// TestVariablesAreInOrder: a variable reads only those before it, and describes itself.
func TestVariablesAreInOrder(t *testing.T) {
	for _, d := range all() {
		have := grafanas()
		for _, v := range d.Templating.List {
			for _, m := range reference.FindAllStringSubmatch(*v.Query.String, -1) {
				if !have[m[1]] {
					t.Errorf("%s: variable %s asks for $%s, which is not before it", *d.Title, v.Name, m[1])
				}
			}
			have[v.Name] = true
			if v.Description == nil || *v.Description == "" {
				t.Errorf("%s: variable %s has no description", *d.Title, v.Name)
			}
		}
	}
}

// TestVariables: every variable that a dashboard refers to exists, and all dashboards have those of the scope.
func TestVariables(t *testing.T) {
	for _, d := range all() {
		have := grafanas()
		for _, v := range d.Templating.List {
			have[v.Name] = true
		}
		content, err := encode(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reference.FindAllStringSubmatch(string(content), -1) {
			if !have[m[1]] {
				t.Errorf("%s: there is no variable $%s", *d.Title, m[1])
			}
		}
		for _, want := range []string{
			"datasource", "job", "target", "engine", "model", "context", "cache", "window", "histograms",
		} {
			if !have[want] {
				t.Errorf("%s has no variable %s", *d.Title, want)
			}
		}
	}
}
