package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// Records of a comparison. Each hour it is recorded what is usual: that is read in far longer ranges.
//
//	level      of the window: more is worse
//	days       of the same kind that have a level at this time of day
//	residual   level − median of those days
//	z          residual in units of the spread of residuals
//	square1d   mean square of the residual over a day, each hour
//	peak1d     largest residual of a day, each hour
//	spread     root of the median of square1d over two weeks, each hour
//	peak       what peak1d exceeds on one day in seven, each hour
func (b builder) levelRecord(r Comparison, kind string, w Window) string {
	return b.level(r) + r.name + ":" + kind + string(w)
}

func (b builder) countRecord(r Comparison, w Window) string {
	return b.level(r) + r.counts + ":count" + string(w)
}

// usualRecord is the usual number of values in the comparison's first window.
func (b builder) usualRecord(r Comparison) string { return b.level(r) + r.counts + ":count_usual" }

func (b builder) level(r Comparison) string {
	if b.labelsOf(r) == b.byTarget {
		return "target:"
	}
	return "target_cache_context:"
}

func (b builder) labelsOf(r Comparison) string {
	if r.name == Slower().TPS.name {
		return b.byTarget
	}
	return b.byContext
}

// weekendRecord says of which kind a day is, for the baselines of other days.
const weekendRecord = "firsttoken:weekend:bool"

func (b builder) slowerGroups() []Group {
	const minute, hour = model.Duration(time.Minute), model.Duration(time.Hour)
	t := Slower()
	groups := []Group{
		{Name: "firsttoken-days", Interval: 2 * minute, Rules: []Rule{record(weekendRecord, b.weekend())}},
		{Name: "firsttoken-ttft-level", Interval: 2 * minute, Rules: b.ttftLevels(t)},
		{Name: "firsttoken-ttft", Interval: 2 * minute, Rules: b.clockRecords(t.TTFT)},
		{Name: "firsttoken-ttft-tail", Interval: 2 * minute, Rules: slices.Concat(
			b.tailLevels(t.Tail), b.clockRecords(t.Tail),
		)},
		{Name: "firsttoken-ttft-at-load", Interval: 2 * minute, Rules: b.loadRecords(t.AtEqualLoad)},
		{Name: "firsttoken-tps", Interval: 2 * minute, Rules: slices.Concat(b.tpsLevels(t.TPS), b.clockRecords(t.TPS))},
		{Name: "firsttoken-slower", Interval: minute, Rules: b.slowerRecords(t)},
		{Name: "firsttoken-load-fit", Interval: hour, Rules: b.fitRecords(t.AtEqualLoad)},
	}
	usual := Group{Name: "firsttoken-usual", Interval: hour, Rules: slices.Concat(
		b.usualCount(t.TTFT), b.usualCount(t.TPS), b.revisionRecords(),
	)}
	for _, r := range t.All() {
		usual.Rules = append(usual.Rules, b.usual(r)...)
	}
	return append(groups, usual)
}

// weekend is 1 on the days that the baseline keeps apart, else 0.
func (b builder) weekend() string {
	clock := fmt.Sprintf("day_of_week(vector(time() + %d))", 3600*b.Weekend.UTCOffset)
	days := []string{"vector(0)"}
	for _, d := range b.Weekend.Days {
		days = append(days, fmt.Sprintf("(%s == bool %d)", clock, d))
	}
	return strings.Join(days, "\n+\n")
}

// ttftLevels are counts and means of ln TTFT for every window that a comparison reads.
func (b builder) ttftLevels(t SlowerTable) (rules []Rule) {
	seen := map[Window]bool{}
	for _, row := range slices.Concat(t.TTFT.Rows, t.AtEqualLoad.Rows, t.Tail.Rows) {
		if w := row.Window; !seen[w] {
			seen[w] = true
			count := b.countRecord(t.TTFT, w)
			rules = append(rules,
				record(count, increase(b.byContext, "firsttoken_ttft_log_count", w)),
				record(b.levelRecord(t.TTFT, "level", w), fill("$sum\n/\n($count > 0.5)", values{
					"sum": increase(b.byContext, "firsttoken_ttft_log_sum", w), "count": count,
				})))
		}
	}
	return rules
}

// tailLevels are by how much the arithmetic mean is above the geometric one: few answers that are far slower raise it.
func (b builder) tailLevels(r Comparison) (rules []Rule) {
	h := histogram{name: "firsttoken_ttft_seconds"}
	for _, row := range r.Rows {
		rules = append(rules, record(b.levelRecord(r, "level", row.Window), fill("ln(1000 * ($mean))\n-\n$log", values{
			"mean": h.mean(b.byContext, row.Window), "log": b.levelRecord(Slower().TTFT, "level", row.Window),
		})))
	}
	return rules
}

// tpsLevels are −ln of the mean rate, so that more is worse here as well.
func (b builder) tpsLevels(r Comparison) (rules []Rule) {
	h := histogram{name: "firsttoken_output_tokens_per_second"}
	for _, row := range r.Rows {
		rules = append(rules,
			record(b.countRecord(r, row.Window), h.count(b.byTarget, row.Window)),
			record(b.levelRecord(r, "level", row.Window), fill("-ln(\n$mean\n)", values{
				"mean": h.mean(b.byTarget, row.Window),
			})))
	}
	return rules
}

// clockRecords compare each window's level with the same time of day on days of the same kind.
func (b builder) clockRecords(r Comparison) (rules []Rule) {
	for _, row := range r.Rows {
		level, days := b.levelRecord(r, "level", row.Window), b.levelRecord(r, "days", row.Window)
		past := pastDays(level)
		rules = append(rules,
			record(days, fill("count without (back) (\n$past\n)", values{"past": past})),
			record(b.levelRecord(r, "residual", row.Window), fill(`
$level
-
(
  quantile without (back) (0.5,
$past
  )
and
  $days >= $least
)`, values{"level": level, "past": past, "days": days, "least": number(BaselineLeast)})),
			b.zRecord(r, row.Window, "(1 + 1 / "+days+")"),
		)
	}
	return rules
}

// pastDays are the level at this time on each day of the same kind, told apart by a label.
func pastDays(level string) string {
	var days []string
	for d := 1; d <= BaselineDays; d++ {
		days = append(days, fill(
			`    label_replace($level offset $dd and on () ($kind == $kind offset $dd), "back", "$d", "", "")`,
			values{"level": level, "kind": weekendRecord, "d": number(float64(d)), "dd": number(float64(d)) + "d"}))
	}
	return "    " + strings.Join(days, "\n  or\n    ")
}

// zRecord knows that fewer values than usual have a larger error, and is more careful by a factor.
func (b builder) zRecord(r Comparison, w Window, care string) Rule {
	minutes, _ := w.Duration()
	first, _ := r.First().Duration()
	return record(b.levelRecord(r, "z", w), fill(`
$residual
/
(
    last_over_time($spread[$fresh])
  *
    $care
  *
    sqrt(clamp_min(last_over_time($usual[$fresh]) * $times / ($count > 0.5), 1))
)`, values{
		"residual": b.levelRecord(r, "residual", w), "spread": b.levelRecord(r, "spread", w),
		"usual": b.usualRecord(r), "times": number(minutes.Seconds() / first.Seconds()), "care": care,
		"count": b.countRecord(r, w), "fresh": string(slowerFresh),
	}))
}

// counted is the comparison whose first window usualRecord is of.
func (r Comparison) counted() Comparison {
	if t := Slower(); r.counts == t.TPS.counts {
		return t.TPS
	}
	return Slower().TTFT
}

func (b builder) usualCount(r Comparison) []Rule {
	day := b.usualRecord(r) + "1d"
	return []Rule{
		record(day, "avg_over_time("+b.countRecord(r, r.Rows[0].Window)+"[1d])"),
		record(b.usualRecord(r), fmt.Sprintf("quantile_over_time(0.5, %s[%s])", day, pastWindow)),
	}
}

// usual records what the residuals of two weeks were like. A half day of residuals has to be there, and a day of
// squares: so a comparison speaks from the fifth day on.
func (b builder) usual(r Comparison) (rules []Rule) {
	for _, row := range r.Rows {
		name := func(kind string) string { return b.levelRecord(r, kind, row.Window) }
		v := values{
			"residual": name("residual"), "square": name("square1d_"), "peak": name("peak1d_"), "past": string(pastWindow),
			"fresh": string(slowerFresh), "least": number(LeastSpread), "quantile": number(PeakQuantile),
		}
		const half = "\nand\nlast_over_time($residual[1h] offset 12h)"
		rules = append(rules,
			record(name("square1d_"), fill(
				"stdvar_over_time($residual[1d]) + avg_over_time($residual[1d]) ^ 2"+half, v)),
			record(name("peak1d_"), fill("max_over_time($residual[1d])"+half, v)),
			record(name("spread"), fill(`
clamp_min(sqrt(quantile_over_time(0.5, $square[$past])), $least)
and
last_over_time($square[$fresh] offset 1d)`, v)),
			record(name("peak"), fill("quantile_over_time($quantile, $peak[$past])", v)),
		)
	}
	return rules
}

// slower is the condition that a level is above its past in a window of the comparison; its value is the ratio.
// What is as much above it on other days is nothing new.
// Where a comparison's baseline is of the clock, the same hour a week ago must have been faster, too.
func (b builder) slower(r Comparison, rows []WindowLimits) string {
	var conditions []string
	for _, row := range rows {
		name := func(kind string) string { return b.levelRecord(r, kind, row.Window) }
		v := values{
			"level": name("level"), "residual": name("residual"), "z": name("z"), "peak": name("peak"),
			"count": b.countRecord(r, row.Window), "fresh": string(slowerFresh),
			"ratio": number(row.Ratio), "limit": number(row.Z), "least": number(row.Least),
			"factor": number(row.Peak), "share": number(WeekShare),
		}
		more := ""
		if r.name != Slower().AtEqualLoad.name {
			more = `
unless
  (
    $level - $level offset 1w <= $share * $residual
  unless
    $level - $level offset 2w > $share * $residual
  )`
		}
		conditions = append(conditions, fill(`
(
  exp($residual) > $ratio
and
  $z > $limit
and
  $residual > $factor * last_over_time($peak[$fresh])
and
  $count >= $least`+more+`
)`, v))
	}
	return either(conditions...)
}
