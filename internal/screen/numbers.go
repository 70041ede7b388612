package screen

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// rates is "2.48/2.50M": both in the unit of the set-point.
func rates(now, set float64) string {
	digits, unit := 0, ""
	div := 1.0
	switch {
	case set >= 1e8:
		div, unit = 1e6, "M"
	case set >= 1e7:
		div, unit, digits = 1e6, "M", 1
	case set >= 1e6:
		div, unit, digits = 1e6, "M", 2
	case set >= 1e3:
		div, unit = 1e3, "k"
	}
	return fmt.Sprintf("%.*f/%.*f%s", digits, now/div, digits, set/div, unit)
}

func (m measured) seconds() string {
	switch {
	case !m.OK:
		return "–"
	case m.Value >= 99.5:
		return fmt.Sprintf("%.0f", m.Value)
	case m.Value >= 9.995:
		return fmt.Sprintf("%.1f", m.Value)
	default:
		return fmt.Sprintf("%.2f", m.Value)
	}
}

func (m measured) whole() string {
	if !m.OK {
		return "–"
	}
	return fmt.Sprintf("%.0f", m.Value)
}

func (m measured) dollars() string {
	if !m.OK {
		return "–"
	}
	switch {
	case m.Value < 99.995:
		return fmt.Sprintf("$%.2f", m.Value)
	case m.Value < 99_999.5:
		return Dollars(m.Value)
	default:
		return "$" + Tokens(m.Value)
	}
}

// share is a share in whole percent, never more than all.
func (m measured) share() string {
	if !m.OK {
		return "–"
	}
	return fmt.Sprintf("%.0f%%", 100*min(1, m.Value))
}

// count is a number of things in so many characters, three or more: 1,234, or 12k where that is too long.
func count(n int64, width int) string {
	if text := Thousands(float64(n)); len(text) <= width {
		return text
	}
	if text := fmt.Sprint(n); len(text) <= width {
		return text
	}
	if n < 1e6 {
		return fmt.Sprintf("%dk", n/1e3)
	}
	return fmt.Sprintf("%dM", n/1e6)
}

func percent(share float64) string {
	text := fmt.Sprintf("%.1f", math.Floor(share*1000+1e-9)/10) // 99.96 % is not 100 %
	return strings.TrimSuffix(text, ".0") + "%"
}

// Clock is a running time: 12s, 2m05s, 1h02m.
func Clock(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
}

// cut drops control characters and shortens the text to width characters.
func cut(text string, width int) string {
	clean := slices.DeleteFunc([]rune(text), func(r rune) bool { return r < ' ' || r == 0x7f })
	if len(clean) <= width {
		return string(clean)
	}
	return string(clean[:width-1]) + "…"
}

// fit joins as many parts as width has room for. "…" says that others are left out: no number is cut in the middle.
func fit(parts []string, width int) string {
	const between, more = " · ", " …"
	text := ""
	for i, p := range parts {
		next := p
		if i > 0 {
			next = text + between + p
		}
		room := width
		if i < len(parts)-1 {
			room -= utf8.RuneCountInString(more)
		}
		if utf8.RuneCountInString(next) > room {
			return text + more
		}
		text = next
	}
	return text
}

// Thousands is a whole number with commas: 1,234,567.
func Thousands(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// Tokens is a large number of tokens to three digits: 950, 28.8k, 864M, 1.30G.
func Tokens(n float64) string {
	units := []string{"", "k", "M", "G", "T"}
	i := 0
	for n >= 999.5 && i < len(units)-1 {
		n /= 1000
		i++
	}
	switch {
	case i == 0:
		return fmt.Sprintf("%.0f", n)
	case n < 9.995:
		return fmt.Sprintf("%.2f%s", n, units[i])
	case n < 99.95:
		return fmt.Sprintf("%.1f%s", n, units[i])
	default:
		return fmt.Sprintf("%.0f%s", n, units[i])
	}
}

// Dollars is an amount: whole from 100 on, cents below, and four digits below ten cents.
func Dollars(d float64) string {
	switch {
	case d >= 99.995:
		return "$" + Thousands(d)
	case d != 0 && d < 0.1:
		return fmt.Sprintf("$%.4f", d)
	default:
		return fmt.Sprintf("$%.2f", d)
	}
}
