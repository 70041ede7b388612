package grafana

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Dashboard is the part of Grafana's classic model that is evaluated.
type Dashboard struct {
	UID         string
	Title       string
	Time        struct{ From string }
	Panels      []Panel
	Templating  struct{ List []Variable }
	Annotations struct{ List []Annotation }
}

// Annotation marks instants in every graph of a dashboard.
type Annotation struct {
	Name, IconColor, TitleFormat string
	Target                       Query
}

// Variable is a box at the top of a dashboard.
type Variable struct {
	Name, Type, Label string
	Query             string
	AllValue          *string
	IncludeAll        bool
	Current           struct{ Text, Value string }
}

// Panel is one panel, or a row: a collapsed row holds its panels.
type Panel struct {
	ID                                         uint32
	Type, Title, Description, Repeat, TimeFrom string
	GridPos                                    struct{ X, Y, W, H int }
	Collapsed                                  bool
	Panels                                     []Panel
	Targets                                    []Query
	Transformations                            []struct {
		ID      string
		Options json.RawMessage
	}
	FieldConfig struct {
		Defaults  Field
		Overrides []Override
	}
	Options json.RawMessage
}

// Override changes properties of the fields that it matches.
type Override struct {
	Matcher    struct{ ID, Options string }
	Properties []struct {
		ID    string
		Value json.RawMessage
	}
}

// Query is one target of a panel.
type Query struct {
	RefID, Expr, LegendFormat, Format, Interval string
	Instant                                     bool
}

// Load reads a dashboard's file.
func Load(path string) (Dashboard, error) {
	var d Dashboard
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &d)
	}
	if err != nil {
		return d, fmt.Errorf("reading %s: %w", path, err)
	}
	return d, nil
}

// LoadAll reads every dashboard of a folder.
func LoadAll(dir string) ([]Dashboard, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []Dashboard
	for _, name := range names {
		d, err := Load(name)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// Every lists the panels that have queries, those in collapsed rows included.
func (d Dashboard) Every() []Panel {
	var all []Panel
	for _, p := range d.Panels {
		if p.Type == "row" {
			all = append(all, p.Panels...)
			continue
		}
		all = append(all, p)
	}
	return all
}

// Field is the configuration of the field with this name and query: the panel's defaults, then its overrides in order.
func (p Panel) Field(name, ref string) Field {
	f := p.FieldConfig.Defaults
	for _, o := range p.FieldConfig.Overrides {
		if !o.matches(name, ref) {
			continue
		}
		for _, property := range o.Properties {
			f.apply(property.ID, property.Value)
		}
	}
	return f
}
