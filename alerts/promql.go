package alerts

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The labels that records keep, apart from those of their level.
const (
	byTarget  = "job, target"
	bySLO     = "job, target, slo"
	byContext = "job, target, cache, context"
)

// number writes a constant as PromQL wants it, without a float's tail.
func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func seconds(d time.Duration) string { return number(d.Seconds()) }

// fill replaces $name by its value in an expression, longest name first by order of the pairs, and
// trims the blank lines around it.
func fill(expr string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "$" + pairs[i]
	}
	return strings.TrimSpace(strings.NewReplacer(pairs...).Replace(expr))
}

// either reads a series that is there under one of several names, the first that exists.
func either(exprs ...string) string { return strings.Join(exprs, "\nor\n") }

// mean is the mean of a histogram over w, from its native form where the server ingests that, else
// from its classic one. selector is the matchers with their braces, or empty.
func mean(labels, histogram, selector string, w Window, offset string) string {
	if offset != "" {
		offset = " offset " + offset
	}
	return fill(`
(
    histogram_sum(sum by ($labels) (rate($h$sel[$w]$offset)))
  /
    (histogram_count(sum by ($labels) (rate($h$sel[$w]$offset))) > 0)
)
or
(
    sum by ($labels) (rate($h_sum$sel[$w]$offset))
  /
    (sum by ($labels) (rate($h_count$sel[$w]$offset)) > 0)
)`, "labels", labels, "sel", selector, "offset", offset, "h", histogram, "w", string(w))
}

// count is how many values a histogram took over w, in whichever form it is ingested.
func count(labels, histogram string, w Window) string {
	return fill(`
histogram_count(sum by ($labels) (increase($h[$w])))
or
sum by ($labels) (increase($h_count[$w]))`, "labels", labels, "h", histogram, "w", string(w))
}

func increase(labels, counter string, w Window) string {
	return fmt.Sprintf("sum by (%s) (increase(%s[%s]))", labels, counter, w)
}

// indent sets an expression of several lines between brackets of their own lines.
func indent(expr string) string {
	if !strings.Contains(expr, "\n") {
		return expr
	}
	return "\n    " + strings.ReplaceAll(expr, "\n", "\n    ") + "\n  "
}
