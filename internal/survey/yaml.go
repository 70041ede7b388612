package survey

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// document is a YAML file in the making: keys with the reason of each above it.
type document struct {
	b strings.Builder
}

// comment writes lines of comment, broken at words. What a server wrote may be in it, so nothing in it can end a line.
func (d *document) comment(indent int, format string, args ...any) {
	const width = 100
	line := ""
	flush := func() {
		if line != "" {
			d.b.WriteString(strings.Repeat(" ", indent) + "#" + line + "\n")
		}
		line = ""
	}
	for word := range strings.FieldsSeq(oneLine(fmt.Sprintf(format, args...))) {
		if len(line)+len(word) > width-indent {
			flush()
		}
		line += " " + word
	}
	flush()
}

// oneLine leaves out what is not printable: a comment ends with its line.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !strconv.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}

// key writes a key whose value is YAML already.
func (d *document) key(indent int, name, value string) {
	d.b.WriteString(strings.Repeat(" ", indent) + name + ":")
	if value != "" {
		d.b.WriteString(" " + value)
	}
	d.b.WriteString("\n")
}

// text is a scalar that is read as exactly this string: plain where YAML allows it, else in double quotes with Go's
// escapes, all of which YAML knows.
func text(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./"
	ordinary := s != "" && strings.Trim(s[:1], plain[:52]+"/") == "" && strings.Trim(s, plain+":") == "" &&
		!strings.HasSuffix(s, ":")
	var back any
	if ordinary && yaml.Unmarshal([]byte(s), &back) == nil && back == s {
		return s
	}
	return strconv.Quote(s)
}

// Flow is a value of our own tables as YAML on one line.
func Flow(v any) string {
	var n yaml.Node
	if err := n.Encode(v); err != nil {
		return "{}" // what our tables have can be written
	}
	n.Style = yaml.FlowStyle
	out, err := yaml.Marshal(&n)
	if err != nil {
		return "{}"
	}
	return string(bytes.TrimSpace(out))
}

// duration is one that the configuration reads: in whole seconds, or else in milliseconds.
func duration(d time.Duration) string {
	if d%time.Second == 0 {
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return fmt.Sprintf("%dms", d/time.Millisecond)
}

// number has at most three digits that mean something.
func number(v float64) string {
	if v < 1000 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	scale := math.Pow(10, math.Floor(math.Log10(v))-2)
	return strconv.FormatFloat(math.Round(v/scale)*scale, 'f', 0, 64)
}
