package simulator

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// LoadIncidents reads a script of incidents: a YAML list. docs/simulator.md has the table of kinds with their
// keys.
//
//   - at: 2m             # since the engine's start
//     for: 5m
//     engine: sglang     # or all
//     kind: slow_prefill
//     factor: 4
//   - at: 10m
//     for: 1m
//     kind: errors
//     ratio: 0.2
//     status: 429
//   - at: 12m
//     kind: headers
//     headers: {Retry-After: NaN}
//
// The error has every mistake, each with its line.
func LoadIncidents(path string) ([]Incident, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading incidents: %w", err)
	}
	return ParseIncidents(path, data)
}

// ParseIncidents reads a script. name comes before the line of each mistake.
func ParseIncidents(name string, data []byte) ([]Incident, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	list := doc.Content[0]
	if list.Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("%s:%d: want a list of incidents", name, list.Line)
	}
	var all []Incident
	var errs []error
	for _, n := range list.Content {
		i, problems := incidentAt(n)
		for _, p := range problems {
			errs = append(errs, fmt.Errorf("%s:%w", name, p))
		}
		all = append(all, i)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return all, nil
}

// incidentAt reads one incident. Its errors begin with their line.
func incidentAt(n *yaml.Node) (Incident, []error) {
	var i Incident
	if n.Kind != yaml.MappingNode {
		return i, []error{fmt.Errorf("%d: want a mapping", n.Line)}
	}
	var errs []error
	lines := map[string]int{}
	for k := 0; k+1 < len(n.Content); k += 2 {
		key, value := n.Content[k], n.Content[k+1]
		switch {
		case lines[key.Value] > 0:
			errs = append(errs, fmt.Errorf("%d: %s stands twice", key.Line, key.Value))
		default:
			lines[key.Value] = key.Line
			if err := set(&i, key.Value, value); err != nil {
				errs = append(errs, fmt.Errorf("%d: %s: %w", key.Line, key.Value, err))
			}
		}
	}
	if len(errs) > 0 {
		return i, errs // what it means cannot be judged before it is read
	}
	for _, p := range i.Validate() {
		line := n.Line
		if l, ok := lines[p.Path]; ok {
			line = l
		}
		errs = append(errs, fmt.Errorf("%d: %w", line, p))
	}
	return i, errs
}

// set decodes one value into the field with that key.
func set(i *Incident, key string, value *yaml.Node) error {
	v := reflect.ValueOf(i).Elem()
	for k := range v.NumField() {
		if tag, _, _ := strings.Cut(v.Type().Field(k).Tag.Get("yaml"), ","); tag != key {
			continue
		}
		if err := value.Decode(v.Field(k).Addr().Interface()); err != nil {
			if v.Field(k).Kind() == reflect.Map {
				return errors.New("want a mapping")
			}
			return fmt.Errorf("%q is no %s", value.Value, strings.ToLower(v.Field(k).Type().Name()))
		}
		return nil
	}
	return errors.New("unknown key")
}
