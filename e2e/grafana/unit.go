package grafana

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Text writes a value in the field's unit, much as Grafana does.
func (f Field) Text(v float64) string {
	if math.IsNaN(v) {
		return "No traffic"
	}
	if text, _, ok := f.Mapped(v); ok {
		return text
	}
	if suffix, ok := strings.CutPrefix(f.Unit, "suffix:"); ok {
		return scaled(v, f.digits(2), 1000, "", " K", " Mil", " Bil") + suffix
	}
	switch f.Unit {
	case "percentunit":
		return fixed(v*100, f.digits(1)) + "%"
	case "s":
		return seconds(v, f.digits(2))
	case "currencyUSD":
		return "$" + grouped(fixed(v, f.digits(2)))
	case "none":
		if f.Decimals == nil {
			return strconv.FormatFloat(v, 'g', 4, 64)
		}
		return fixed(v, f.digits(2))
	case "celsius":
		return fixed(v, f.digits(2)) + " °C"
	}
	return f.prefixed(v)
}

// prefixed writes a value with the prefix of its magnitude.
func (f Field) prefixed(v float64) string {
	switch f.Unit {
	case "hertz":
		return scaled(v, 2, 1000, " Hz", " kHz", " MHz", " GHz")
	case "bytes":
		return scaled(v, 1, 1024, " B", " KiB", " MiB", " GiB")
	case "Bps":
		return scaled(v, 1, 1000, " B/s", " kB/s", " MB/s", " GB/s", " TB/s")
	case "watt":
		return scaled(v, 1, 1000, " W", " kW")
	}
	return scaled(v, f.digits(2), 1000, "", " K", " Mil", " Bil", " Tri")
}

// digits is the number of decimals, or the unit's own where the field sets none.
func (f Field) digits(unset int) int {
	if f.Decimals == nil {
		return unset
	}
	return int(*f.Decimals)
}

func fixed(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }

func scaled(v float64, digits int, by float64, names ...string) string {
	i := 0
	for math.Abs(v) >= by && i < len(names)-1 {
		v, i = v/by, i+1
	}
	return fixed(v, digits) + names[i]
}

func seconds(v float64, digits int) string {
	for _, u := range []struct {
		size float64
		name string
	}{
		{7 * 86400, " weeks"},
		{86400, " days"},
		{3600, " hours"},
		{60, " mins"},
		{1, " s"},
		{1e-3, " ms"},
		{1e-6, " µs"},
	} {
		if math.Abs(v) >= u.size {
			return fixed(v/u.size, digits) + u.name
		}
	}
	if v == 0 {
		return "0 s"
	}
	return time.Duration(v * float64(time.Second)).String()
}

// grouped puts a comma between thousands.
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
