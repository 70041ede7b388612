package alerts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Label is a label that every alert gets: a constant, or what a series about the target says when the rule is
// evaluated. In a file of parameters it is a text, or a mapping:
//
//	labels:
//	  team: inference
//	  owner: {from: team, metric: firsttoken_target_info, otherwise: nobody}
type Label struct {
	From      string // label of the series; empty for a constant
	Metric    string // of the series; firsttoken_target_info if empty
	Otherwise string // the constant, or the value where no series says one; empty is no label
}

const targetInfo = "firsttoken_target_info"

// UnmarshalYAML reads both forms.
func (l *Label) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*l = Label{Otherwise: n.Value}
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("must be text, or a mapping with `from`")
	}
	for i := 0; i < len(n.Content); i += 2 {
		if key := n.Content[i].Value; !slices.Contains([]string{"from", "metric", "otherwise"}, key) {
			return fmt.Errorf("has no key %s: known are from, metric, otherwise", key)
		}
	}
	type plain Label
	return n.Decode((*plain)(l))
}

// describes lists the labels that firsttoken_target_info has of its own, from the configuration of a target. Unless
// Prometheus adds a label of that name, which then renames the series' own one to exported_…, no other series has it.
func describes(label string) bool {
	return slices.Contains([]string{"api", "model", "engine", "region", "tier"}, label)
}

// template of the label's value. It asks when the rule is evaluated, and so needs no join, which would drop the alert
// where the series is missing. What a series said within a day counts where it says nothing now: an alert must not
// change its labels, and so its identity, because a prober is gone.
func (l Label) template(byTarget string) string {
	if l.From == "" {
		return l.Otherwise
	}
	var matchers, args []string
	for label := range strings.SplitSeq(byTarget, ", ") {
		if describes(label) {
			matchers = append(matchers, label+"=~%q")
			args = append(args, fmt.Sprintf(`(or $labels.%s ".*")`, label))
			continue
		}
		matchers = append(matchers, label+"=%q")
		args = append(args, "$labels."+label)
	}
	metric := l.Metric
	if metric == "" {
		metric = targetInfo
	}
	selector := fmt.Sprintf(`%s{%s,%s!=""}`, metric, strings.Join(matchers, ","), l.From)
	query := selector + " or last_over_time(" + selector + "[1d])"
	all := strings.Join(slices.Concat(args, args), " ")
	return fmt.Sprintf(`{{ with printf %s %s | query }}{{ . | first | label %q }}{{ else }}%s{{ end }}`,
		strconv.Quote(query), all, l.From, l.Otherwise)
}

// extraLabels are those of an alert. Of an alert that is about no target, a series cannot say anything.
func (b builder) extraLabels() map[string]string {
	var all map[string]string
	for name, l := range b.Labels {
		if all == nil {
			all = map[string]string{}
		}
		all[name] = l.template(b.byTarget)
	}
	return all
}
