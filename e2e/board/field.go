package board

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func matches(matcher, options, name, ref string) bool {
	switch matcher {
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

// apply sets one property of an override; what is not drawn is left.
func (f *Field) apply(id string, value json.RawMessage) {
	into := map[string]any{
		"unit": &f.Unit, "decimals": &f.Decimals, "color": &f.Color, "thresholds": &f.Thresholds, "mappings": &f.Mappings,
		"custom.axisPlacement": &f.Custom.AxisPlacement, "custom.lineStyle": &f.Custom.LineStyle, "custom.drawStyle": &f.Custom.DrawStyle,
		"custom.stacking": &f.Custom.Stacking, "custom.cellOptions": &f.Custom.CellOptions,
	}
	if p, ok := into[id]; ok {
		if id == "thresholds" {
			f.Thresholds = Thresholds{}
		}
		if json.Unmarshal(value, p) != nil {
			f.Unit = "broken override " + id
		}
	}
}

// colour of a value by thresholds.
func (f Field) threshold(v float64) string {
	c := "text"
	for _, s := range f.Thresholds.Steps {
		if s.Value == nil || v >= *s.Value {
			c = s.Color
		}
	}
	return c
}

// mapped is the text and colour that a value is mapped to.
func (f Field) mapped(v float64) (text, colour string, ok bool) {
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

// text of a value in its unit, much as Grafana writes it.
func (f Field) text(v float64) string {
	if math.IsNaN(v) {
		return "No traffic"
	}
	if t, _, ok := f.mapped(v); ok {
		return t
	}
	digits := 2
	if f.Decimals != nil {
		digits = int(*f.Decimals)
	}
	fixed := func(x float64) string { return strconv.FormatFloat(x, 'f', digits, 64) }
	switch u := f.Unit; {
	case u == "percentunit":
		if f.Decimals == nil {
			digits = 1
		}
		return fixed(v*100) + "%"
	case u == "s":
		return seconds(v, digits)
	case u == "currencyUSD":
		return "$" + grouped(fixed(v))
	case strings.HasPrefix(u, "suffix:"):
		return scaled(v, digits, 1000, "", " K", " Mil", " Bil") + strings.TrimPrefix(u, "suffix:")
	case u == "none":
		if f.Decimals == nil {
			return strconv.FormatFloat(v, 'g', 4, 64)
		}
		return fixed(v)
	case u == "hertz":
		return scaled(v, 2, 1000, " Hz", " kHz", " MHz", " GHz")
	case u == "bytes":
		return scaled(v, 1, 1024, " B", " KiB", " MiB", " GiB")
	case u == "Bps":
		return scaled(v, 1, 1000, " B/s", " kB/s", " MB/s", " GB/s", " TB/s")
	case u == "watt":
		return scaled(v, 1, 1000, " W", " kW")
	case u == "celsius":
		return fixed(v) + " °C"
	}
	return scaled(v, digits, 1000, "", " K", " Mil", " Bil", " Tri")
}

func scaled(v float64, digits int, by float64, names ...string) string {
	i := 0
	for math.Abs(v) >= by && i < len(names)-1 {
		v, i = v/by, i+1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + names[i]
}

func seconds(v float64, digits int) string {
	for _, u := range []struct {
		size float64
		name string
	}{{7 * 86400, " weeks"}, {86400, " days"}, {3600, " hours"}, {60, " mins"}, {1, " s"}, {1e-3, " ms"}, {1e-6, " µs"}} {
		if math.Abs(v) >= u.size {
			return strconv.FormatFloat(v/u.size, 'f', digits, 64) + u.name
		}
	}
	if v == 0 {
		return "0 s"
	}
	return time.Duration(v * float64(time.Second)).String()
}

func grouped(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		return whole + "." + rest
	}
	return whole
}
