package discovery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

// Bounds of a list. Prometheus has none; but each label of ours becomes part of a series, of every log line and page.
const (
	maxListBytes   = 4 << 20 // some 20,000 targets
	maxLabels      = 32      // of a group
	maxLabelName   = 128     // bytes
	maxLabelValue  = 256     // bytes
	maxAddress     = 1024    // bytes
	defaultTargets = 100     // of a source, where it sets no max_targets
)

// group is an entry of a list as it is written.
type group struct {
	Targets []string          `json:"targets" yaml:"targets"`
	Labels  map[string]string `json:"labels"  yaml:"labels"`
	line    int
}

// parseJSON reads a list in JSON, as strictly as Prometheus does.
func parseJSON(list string, data []byte) ([]Entry, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var groups []group
	if err := d.Decode(&groups); err != nil {
		return nil, fmt.Errorf("%s is not a list of targets: %w", list, withoutValues(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s has something after its list", list)
	}
	return entries(list, groups)
}

// withoutValues keeps the place of an error and drops what a server wrote there.
func withoutValues(err error) error {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong):
		return fmt.Errorf("wrong type at byte %d", wrong.Offset)
	case errors.As(err, &syntax):
		return fmt.Errorf("no JSON at byte %d", syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends too early")
	default:
		return errGroup()
	}
}

func errGroup() error {
	return errors.New("a group has `targets` and `labels`, a list and a mapping of text, and nothing else")
}

// parseYAML reads a list in YAML; its entries have lines.
func parseYAML(list string, data []byte) ([]Entry, error) {
	var groups []group
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&groups); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is not a list of targets: %w", list, inYAML(err))
	}
	var nodes []yaml.Node
	if err := yaml.Unmarshal(data, &nodes); err != nil {
		return nil, fmt.Errorf("%s is not a list of targets: %w", list, inYAML(err))
	}
	if len(nodes) != len(groups) { // the library drops what is null
		return nil, fmt.Errorf("%s is not a list of targets: %w", list, errGroup())
	}
	for i := range groups {
		groups[i].line = nodes[i].Line
	}
	return entries(list, groups)
}

// inYAML keeps the line of an error of the library, and its text where that speaks of YAML and not of Go types.
func inYAML(err error) error {
	var wrong *yaml.TypeError
	if !errors.As(err, &wrong) {
		return errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	line, _, _ := strings.Cut(wrong.Errors[0], ":")
	return fmt.Errorf("%s: %w", line, errGroup())
}

// entries checks the groups and makes an entry of each target. Groups are nil where the list says nothing at all: an
// empty file is one that somebody is about to write.
func entries(list string, groups []group) ([]Entry, error) {
	if groups == nil {
		return nil, fmt.Errorf("%s is empty; a list without targets is written as []", list)
	}
	all := []Entry{}
	for i, g := range groups {
		at := Place{List: list, Line: g.line, Path: fmt.Sprintf("[%d]", i)}
		if reason := g.problem(); reason != "" {
			return nil, fmt.Errorf("%s: %s", at, reason)
		}
		for j, address := range g.Targets {
			here := at
			here.Path += fmt.Sprintf(".targets[%d]", j)
			if address == "" || len(address) > maxAddress {
				return nil, fmt.Errorf("%s: an address has 1 to %d bytes, not %d", here, maxAddress, len(address))
			}
			all = append(all, Entry{here, address, g.Labels})
		}
	}
	return all, nil
}

// problem is what is wrong with a group; empty if nothing is.
func (g group) problem() string {
	if g.Targets == nil {
		return "targets is missing; a group without targets has targets: []"
	}
	if len(g.Labels) > maxLabels {
		return fmt.Sprintf("%d labels are more than %d", len(g.Labels), maxLabels)
	}
	for _, name := range slices.Sorted(maps.Keys(g.Labels)) {
		value := g.Labels[name]
		switch {
		case len(name) > maxLabelName || !model.LegacyValidation.IsValidLabelName(name):
			return fmt.Sprintf("%.60q is no name of a label: up to %d letters, digits and _", name, maxLabelName)
		case len(value) > maxLabelValue || !model.LabelValue(value).IsValid():
			return fmt.Sprintf("the value of label %s is longer than %d bytes or not UTF-8", name, maxLabelValue)
		}
	}
	return ""
}

// String is "lists/vllm.yml:3: [1].targets[0]".
func (p Place) String() string {
	if p.Line == 0 {
		return p.List + ": " + p.Path
	}
	return fmt.Sprintf("%s:%d: %s", p.List, p.Line, p.Path)
}
