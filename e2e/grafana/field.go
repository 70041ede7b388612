package grafana

import (
	"encoding/json"
	"regexp"
	"strconv"
)

// Field is the part of a field's configuration that is evaluated or drawn.
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

// Mapping shows a text in place of a value.
type Mapping struct {
	Type    string
	Options json.RawMessage
}

func (o Override) matches(name, ref string) bool {
	switch options := o.Matcher.Options; o.Matcher.ID {
	case "byName":
		return options == name
	case "byFrameRefID":
		return options == ref
	case "byRegexp":
		ok, err := regexp.MatchString("^(?:"+options+")$", name)
		return err == nil && ok
	}
	return false
}

// apply sets one property of an override. Properties that are neither evaluated nor drawn are ignored.
func (f *Field) apply(id string, value json.RawMessage) {
	into := map[string]any{
		"unit": &f.Unit, "decimals": &f.Decimals, "color": &f.Color,
		"thresholds": &f.Thresholds, "mappings": &f.Mappings,
		"custom.axisPlacement": &f.Custom.AxisPlacement, "custom.lineStyle": &f.Custom.LineStyle,
		"custom.drawStyle": &f.Custom.DrawStyle, "custom.stacking": &f.Custom.Stacking,
		"custom.cellOptions": &f.Custom.CellOptions,
	}
	p, ok := into[id]
	if !ok {
		return
	}
	if id == "thresholds" {
		f.Thresholds = Thresholds{}
	}
	if json.Unmarshal(value, p) != nil {
		f.Unit = BrokenOverride + id
	}
}

// BrokenOverride begins the unit of a field with an override that cannot be read, so that every value shows it.
const BrokenOverride = "broken override "

// Colour names the colour of a value: that of its mapping, else that of its threshold.
func (f Field) Colour(v float64) string {
	if _, colour, ok := f.Mapped(v); ok {
		return colour
	}
	return f.Threshold(v)
}

// Threshold names the colour that the thresholds give to a value.
func (f Field) Threshold(v float64) string {
	colour := "text"
	for _, s := range f.Thresholds.Steps {
		if s.Value == nil || v >= *s.Value {
			colour = s.Color
		}
	}
	return colour
}

// Mapped returns the text and colour that a mapping shows in place of a value.
func (f Field) Mapped(v float64) (text, colour string, ok bool) {
	for _, m := range f.Mappings {
		if m.Type != "value" {
			continue
		}
		var options map[string]struct{ Text, Color string }
		if json.Unmarshal(m.Options, &options) != nil {
			continue
		}
		if o, found := options[strconv.FormatFloat(v, 'f', -1, 64)]; found {
			return o.Text, o.Color, true
		}
	}
	return "", "", false
}
