package dashboards

import (
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

func promql(expr string) string {
	return strings.TrimSpace(strings.NewReplacer("SEL", selSeries, "LAT", selLatency, "TGT", selEngine, "NODE", selNode, "NOW", "$window").Replace(expr))
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// histogram is one of the exporter's, by its labels beyond target.
type histogram struct{ name, selector string }

func latency(name string) histogram { return histogram{name, "LAT"} }
func process(name string) histogram { return histogram{name, "SEL"} }

func ttft() histogram { return latency("firsttoken_ttft_seconds") }
func tps() histogram  { return latency("firsttoken_output_tokens_per_second") }

// quantile of a histogram by the labels in by.
//
// The variable $histograms is what stands between a histogram's name and its first matcher: "_bucket{"
// reads classic series, as every Prometheus has them, "{" native ones, where there are no buckets. In the
// native form le is no label and drops out of the grouping. The comparison drops NaN, which is the
// quantile of nothing, so that an idle target is no data and not a number.
func (h histogram) quantile(q float64, by, when string) string {
	group := "le"
	if by != "" {
		group += ", " + by
	}
	return "histogram_quantile(" + number(q) + ", sum by (" + group + ") (rate(" + h.name + "${histograms}" + h.selector + "}[NOW]" + when + "))) >= 0"
}

// mean of each target is exact, and reads whichever form is there, whatever $histograms says.
func (h histogram) mean() string {
	const sum = "sum by (target) "
	native := sum + "(rate(" + h.name + "{" + h.selector + "}[NOW]))"
	part := func(suffix string) string { return sum + "(rate(" + h.name + suffix + "{" + h.selector + "}[NOW]))" }
	return "histogram_sum(" + native + ") / (histogram_count(" + native + ") > 0)\nor\n" +
		part("_sum") + " / (" + part("_count") + " > 0)"
}

// cells are the counts of a heatmap.
func (h histogram) cells() string {
	return "sum by (le) (increase(" + h.name + "${histograms}" + h.selector + "}[$__rate_interval]))"
}

const (
	failed  = `outcome!~"ok|cancelled"`
	counted = `outcome!="cancelled"`

	ttftObjective = `max by (target) (firsttoken_slo_threshold{SEL,slo="ttft"})`
	tpsObjective  = `max by (target) (firsttoken_slo_threshold{SEL,slo="tps"})`

	// tokensPerMinute counts reasoning once: it is part of the output.
	tokensPerMinute = `60 * sum by (target) (rate(firsttoken_tokens_total{SEL,kind!="reasoning"}[NOW]))`
)

// errorRatio is 0, not absent, where requests were made and none failed.
func errorRatio(by string) string {
	group := "sum by (" + by + ") "
	if by == "" {
		group = "sum "
	}
	all := group + "(rate(firsttoken_requests_total{SEL," + counted + "}[NOW]))"
	return "(\n  " + group + "(rate(firsttoken_requests_total{SEL," + failed + "}[NOW]))\n  or\n  0 * " + all + "\n)\n/\n(" + all + " > 0)"
}
