// Package series creates metric series and deletes them. A Family is what a descriptor and a row of docs/metrics.md
// are made from; a Registry registers families; a Vec creates the series of one family for a target and deletes them.
// The package does not know what is measured: the families themselves stand in exporter/metrics.
package series

// Namespace is the first word of every metric name.
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

// Family is everything that shares a metric name.
type Family struct {
	Type    Type
	Name    string // without the namespace, until it is registered
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
