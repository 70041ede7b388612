package board

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Dashboard is what is read of Grafana's classic model.
type Dashboard struct {
	UID         string
	Title       string
	Time        struct{ From string }
	Panels      []Panel
	Templating  struct{ List []Variable }
	Annotations struct {
		List []struct {
			Name, IconColor, TitleFormat string
			Target                       Query
		}
	}
}

// Variable of a dashboard.
type Variable struct {
	Name, Type, Label string
	Query             string
	AllValue          *string
	IncludeAll        bool
	Current           struct{ Text, Value string }
}

// Panel is one, or a row with its panels when it is collapsed.
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
		Overrides []struct {
			Matcher    struct{ ID, Options string }
			Properties []struct {
				ID    string
				Value json.RawMessage
			}
		}
	}
	Options json.RawMessage
}

// Query is one target of a panel.
type Query struct {
	RefID, Expr, LegendFormat, Format, Interval string
	Instant                                     bool
}

// Field is the part of a field's configuration that is drawn.
type Field struct {
	Unit, NoValue string
	Decimals      *float64
	Min, Max      *float64
	Color         struct{ Mode, FixedColor string }
	Thresholds    Thresholds
	Mappings      []Mapping
	Custom        struct {
		AxisPlacement     string
		LineStyle         struct{ Fill string }
		DrawStyle         string
		Stacking          struct{ Mode string }
		ScaleDistribution struct{ Type string }
		CellOptions       struct{ Type string }
	}
}

// Thresholds colour a value by the last step that it reaches.
type Thresholds struct {
	Steps []struct {
		Value *float64
		Color string
	}
}

// Mapping of values to words.
type Mapping struct {
	Type    string
	Options json.RawMessage
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

// Every panel with queries, those in collapsed rows included.
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

// with is the configuration of the field of that name and query, overrides applied in their order.
func (p Panel) with(name, ref string) Field {
	f := p.FieldConfig.Defaults
	for _, o := range p.FieldConfig.Overrides {
		if !matches(o.Matcher.ID, o.Matcher.Options, name, ref) {
			continue
		}
		for _, property := range o.Properties {
			f.apply(property.ID, property.Value)
		}
	}
	return f
}
