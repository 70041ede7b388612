package slo

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

// UnmarshalYAML reads a name and refuses an unknown one.
func (n *Name) UnmarshalYAML(node *yaml.Node) error {
	var s string
	if err := node.Decode(&s); err != nil {
		return err
	}
	if !Name(s).Known() {
		return fmt.Errorf("line %d: unknown slo %q: one of %s", node.Line, s, listNames())
	}
	*n = Name(s)
	return nil
}

func listNames() string {
	var s []string
	for _, n := range Names() {
		s = append(s, string(n))
	}
	return strings.Join(s, ", ")
}

// document is an Objective as it is written in the file:
//
//	ttft: {objective: 95%, threshold: 4s}
//	tps:  {objective: 0.95, threshold: 30}
type document struct {
	Objective string `yaml:"objective"`
	Threshold string `yaml:"threshold,omitempty"`
}

// UnmarshalYAML reads {objective: 95%, threshold: 4s}. An objective is a share or a percentage; a
// threshold is a duration or a plain number in the indicator's own unit. What the node does not say
// stays as it was, so that defaults can be set before decoding.
func (o *Objective) UnmarshalYAML(node *yaml.Node) error {
	if err := knownKeys(node); err != nil {
		return err
	}
	var d document
	if err := node.Decode(&d); err != nil {
		return err
	}
	if d.Objective != "" {
		ratio, err := parseRatio(d.Objective)
		if err != nil {
			return fmt.Errorf("line %d: objective: %w", lineOf(node, "objective"), err)
		}
		o.Ratio = ratio
	}
	if d.Threshold == "" {
		return nil
	}
	threshold, err := parseThreshold(d.Threshold)
	if err != nil {
		return fmt.Errorf("line %d: threshold: %w", lineOf(node, "threshold"), err)
	}
	o.Threshold = threshold
	return nil
}

// MarshalYAML writes what UnmarshalYAML reads, the ratio as a percentage and the threshold as a
// plain number of seconds or tokens per second.
func (o Objective) MarshalYAML() (any, error) {
	percent := strconv.FormatFloat(denoise(o.Ratio*100), 'f', -1, 64) + "%"
	return struct {
		Objective string  `yaml:"objective"`
		Threshold float64 `yaml:"threshold,omitempty"`
	}{percent, o.Threshold}, nil
}

// denoise drops what binary fractions add to a product: 99.9/100 is 0.999, not 0.9990000000000001.
func denoise(f float64) float64 { return math.Round(f*1e12) / 1e12 }

// knownKeys is needed because a Decoder's KnownFields does not reach into an UnmarshalYAML.
func knownKeys(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: an objective is written {objective: 95%%, threshold: 4s}", node.Line)
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		switch k := node.Content[i]; k.Value {
		case "objective", "threshold":
		default:
			return fmt.Errorf("line %d: unknown key %q: one of objective, threshold", k.Line, k.Value)
		}
	}
	return nil
}

func lineOf(node *yaml.Node, key string) int {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i].Line
		}
	}
	return node.Line
}

func parseRatio(s string) (float64, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("%q is no share: write 95%% or 0.95", s)
	}
	if percent {
		f = denoise(f / 100)
	}
	return f, nil
}

func parseThreshold(s string) (float64, error) {
	s = strings.TrimSpace(s)
	if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
		return f, nil
	}
	d, err := model.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is neither a duration such as 4s nor a number such as 30", s)
	}
	return float64(d) / 1e9, nil
}
