package alerts

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// number writes a constant as PromQL wants it, without a float's tail.
func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func seconds(d time.Duration) string { return number(d.Seconds()) }

// values are what fill puts in place of names.
type values map[string]string

// fill replaces each $name in an expression by its value and trims the blank lines around it. Longer
// names are tried first, so that $base is not taken for $b.
func fill(expr string, v values) string {
	var pairs []string
	for _, name := range slices.SortedFunc(maps.Keys(v), func(a, b string) int { return cmp.Compare(len(b), len(a)) }) {
		pairs = append(pairs, "$"+name, v[name])
	}
	return strings.TrimSpace(strings.NewReplacer(pairs...).Replace(expr))
}

// either reads a series that has one of several names: the first that exists.
func either(exprs ...string) string { return strings.Join(exprs, "\nor\n") }

// histogram is a histogram metric that rules read without its buckets.
type histogram struct {
	name     string
	selector string // matchers with their braces, or empty
}

// mean is the mean of the histogram over w, from its native form where the server ingests that, else from its classic
// one.
func (h histogram) mean(labels string, w Window) string {
	return fill(`
(
    histogram_sum(sum by ($labels) (rate($h$sel[$w])))
  /
    (histogram_count(sum by ($labels) (rate($h$sel[$w]))) > 0)
)
or
(
    sum by ($labels) (rate($h_sum$sel[$w]))
  /
    (sum by ($labels) (rate($h_count$sel[$w])) > 0)
)`, values{"labels": labels, "sel": h.selector, "h": h.name, "w": string(w)})
}

// count is how many values the histogram took over w, in whichever form it is ingested.
func (h histogram) count(labels string, w Window) string {
	return fill(`
histogram_count(sum by ($labels) (increase($h[$w])))
or
sum by ($labels) (increase($h_count[$w]))`, values{"labels": labels, "h": h.name, "w": string(w)})
}

func increase(labels, counter string, w Window) string {
	return fmt.Sprintf("sum by (%s) (increase(%s[%s]))", labels, counter, w)
}

// indent puts an expression of several lines on lines of its own, to stand between brackets.
func indent(expr string) string {
	if !strings.Contains(expr, "\n") {
		return expr
	}
	return "\n    " + strings.ReplaceAll(expr, "\n", "\n    ") + "\n  "
}

// hanging indents all lines of an expression but the first, by two spaces a step.
func hanging(expr string, steps int) string {
	return strings.ReplaceAll(expr, "\n", "\n"+strings.Repeat("  ", steps))
}

func bracketed(expr string) string { return "(\n  " + hanging(expr, 1) + "\n)" }
