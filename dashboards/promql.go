package dashboards

import (
	"fmt"
	"strconv"
	"strings"
)

// Selectors of the expressions below, written in capitals so that they can be read:
//
//	SEL     the chosen jobs and targets
//	LAT     and the chosen cache states and context bands, for series that have these labels
//	TGT     the chosen targets, for series of an engine's own page
//	NODE    the chosen GPUs
//	NOW     the range over which rates are taken, the variable $window
const (
	selSeries  = `job=~"$job",target=~"$target"`
	selLatency = selSeries + `,cache=~"$cache",context=~"$context"`
	selEngine  = `target=~"$target"`
	selNode    = `hostengine=~"$hostengine",gpu=~"$gpu"`
)

// promql puts the selectors in place of their short names.
func promql(expr string) string {
	r := strings.NewReplacer(
		"SEL", selSeries, "LAT", selLatency, "TGT", selEngine, "NODE", selNode, "NOW", "$window",
	)
	return strings.TrimSpace(r.Replace(expr))
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// histogram is one of the exporter's, by its labels beyond target.
type histogram struct {
	name, selector string
	offset         string // of the past that is read, as PromQL writes it; empty is now
}

// latency is a histogram that has the labels cache and context, perTarget one that has neither.
func latency(name string) histogram   { return histogram{name: name, selector: "LAT"} }
func perTarget(name string) histogram { return histogram{name: name, selector: "SEL"} }

func ttft() histogram { return latency("firsttoken_ttft_seconds") }
func tps() histogram  { return latency("firsttoken_output_tokens_per_second") }

// ago is the histogram as it was so long ago.
func (h histogram) ago(duration string) histogram {
	h.offset = " offset " + duration
	return h
}

// quantile of the histogram, by target unless other labels are given.
//
// The variable $histograms is what stands between a histogram's name and its first matcher: "_bucket{"
// reads classic series, as every Prometheus has them, "{" native ones, where there are no buckets. In the
// native form le is no label and drops out of the grouping. The comparison drops NaN, which is the
// quantile of nothing, so that an idle target is no data and not a number.
func (h histogram) quantile(q float64, by ...string) string {
	if len(by) == 0 {
		by = []string{"target"}
	}
	return fmt.Sprintf("histogram_quantile(%s, sum by (le, %s) (rate(%s${histograms}%s}[NOW]%s))) >= 0",
		number(q), strings.Join(by, ", "), h.name, h.selector, h.offset)
}

// mean of each target is exact, and reads whichever form there is, whatever $histograms says.
func (h histogram) mean() string {
	rate := func(suffix string) string {
		return "sum by (target) (rate(" + h.name + suffix + "{" + h.selector + "}[NOW]))"
	}
	return "histogram_sum(" + rate("") + ") / (histogram_count(" + rate("") + ") > 0)\nor\n" +
		rate("_sum") + " / (" + rate("_count") + " > 0)"
}

// cells are the counts of a heatmap.
func (h histogram) cells() string {
	return "sum by (le) (increase(" + h.name + "${histograms}" + h.selector + "}[$__rate_interval]))"
}
