package series

import (
	"iter"
	"slices"
)

// Label is a dimension of a family. Values are all values that it can have, and each of them exists for a target from
// its start; a label without Values is open, and its series come with what they describe.
type Label struct {
	Name   string
	Values []string
}

// LabelOf is a label whose values are a closed set.
func LabelOf[S ~string](name string, set ...S) Label {
	values := make([]string, len(set))
	for i, s := range set {
		values[i] = string(s)
	}
	return Label{name, values}
}

// TargetLabel comes first on everything that belongs to a target.
func TargetLabel() Label { return Label{Name: "target"} }

// Index is the place of a combination of values among all combinations, the last label varying fastest: of
// cache = cold, warm and context = a, b, c, the place of (warm, b) is 1·3 + 1 = 4. It is false for a value outside the
// set.
func Index(labels []Label, values ...string) (int, bool) {
	n := 0
	for i, l := range labels {
		at := slices.Index(l.Values, values[i])
		if at < 0 {
			return 0, false
		}
		n = n*len(l.Values) + at
	}
	return n, true
}

// combinations walks all combinations of values, in the order of Index.
func combinations(labels []Label) iter.Seq[[]string] {
	n := 1
	for _, l := range labels {
		n *= len(l.Values)
	}
	return func(yield func([]string) bool) {
		for i := range n {
			values, rest := make([]string, len(labels)), i
			for j := len(labels) - 1; j >= 0; j-- {
				set := labels[j].Values
				values[j], rest = set[rest%len(set)], rest/len(set)
			}
			if !yield(values) {
				return
			}
		}
	}
}
