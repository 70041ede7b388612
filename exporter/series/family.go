// Package series creates metric series and deletes them. A Family is what a descriptor and a row of docs/metrics.md
// are made from; a Registry registers families; a Vec holds the series of one family, target by target. It knows
// nothing of what is measured: the families themselves stand in exporter/metrics.
package series

import "github.com/prometheus/client_golang/prometheus"

// Namespace begins every name.
const Namespace = "firsttoken"

// Type is the kind of a family, as the exposition formats spell it.
type Type string

// The types in use.
const (
	TypeCounter   Type = "counter"
	TypeGauge     Type = "gauge"
	TypeHistogram Type = "histogram" // classic and native at once
	TypeSummary   Type = "summary"   // without quantiles: a sum and a count
)

// Label is a dimension of a family. Values, where there are any, are the whole set, and each of
// them exists for each target from the start.
type Label struct {
	Name   string
	Values []string
}

// Values are the label values of a closed set.
func Values[S ~string](set []S) []string {
	values := make([]string, len(set))
	for i, s := range set {
		values[i] = string(s)
	}
	return values
}

// Family is everything that shares a metric name: what its descriptor is made from, and a row of
// the catalogue.
type Family struct {
	Name    string // with the namespace, once registered
	Type    Type
	Unit    string // "" where the name has none
	Help    string
	Labels  []Label
	Buckets []float64 // classic upper bounds of a histogram
}

// LabelNames are the names of the labels, in their order.
func (f Family) LabelNames() []string {
	names := make([]string, len(f.Labels))
	for i, l := range f.Labels {
		names[i] = l.Name
	}
	return names
}

func (f Family) opts() prometheus.Opts {
	return prometheus.Opts{Name: f.Name, Help: f.Help, Unit: f.Unit}
}
