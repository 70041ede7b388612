package alerts

import (
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"
)

const ttftLevel = "target_cache_context:firsttoken_ttft"

// slowdownRecord is the ratio of the geometric mean TTFT of the window to that of its baseline, by
// target, cache and context.
func slowdownRecord(w Window) string { return ttftLevel + ":slowdown" + string(w) }

// welchRecord is stat.Welch of the window and its baseline: by how many standard errors ln of the
// slowdown is away from 0.
func welchRecord(w Window) string { return ttftLevel + ":welch_z" + string(w) }

// logCountRecord counts the TTFTs of a window, or of a baseline by its name; with logMeanRecord and
// logVarianceRecord it describes ln(TTFT in ms).
func logCountRecord(w string) string { return ttftLevel + "_log:count" + w }

// logMeanRecord is the mean of ln(TTFT in ms).
func logMeanRecord(w string) string { return ttftLevel + "_log:mean" + w }

// logVarianceRecord is the unbiased variance of ln(TTFT in ms).
func logVarianceRecord(w string) string { return ttftLevel + "_log:variance" + w }

func (b builder) regressionGroups() []Group {
	const minute = model.Duration(time.Minute)
	r := Regressions()
	return []Group{
		{Name: "firsttoken-ttft-slow", Interval: 2 * minute, Rules: slices.Concat(
			b.baselineRecords(sameHours()), b.baselineRecords(wholeDay()),
			b.windowRecords(r.Over6h), b.windowRecords(r.Over1d),
		)},
		{Name: "firsttoken-ttft-quick", Interval: minute, Rules: slices.Concat(
			b.windowRecords(r.Over30m), b.windowRecords(r.Over2h),
		)},
	}
}

// windowRecords describe the window and compare it with its baseline.
func (b builder) windowRecords(r Regression) []Rule {
	w, base := string(r.Window), r.Base.name()
	rules := momentRecords(w, func(counter string) string { return increase(b.byContext, counter, r.Window) })
	return append(rules,
		record(slowdownRecord(r.Window), fmt.Sprintf("exp(%s - %s)", logMeanRecord(w), logMeanRecord(base))),
		record(welchRecord(r.Window), Welch(moments(w), moments(base), designEffect(logCountRecord(w), r.Window))),
	)
}

// baselineRecords adds two ranges up by giving them different labels first: series of the same
// labels could not stand in one vector, and a + b is empty where one of them is.
func (b builder) baselineRecords(base Baseline) []Rule {
	return momentRecords(base.name(), func(counter string) string {
		return b.fill(`
sum by ($labels) (
    label_replace(increase($counter[$range] offset $offset), "base", "day", "", "")
  or
    label_replace(increase($counter[$range] offset $week), "base", "week", "", "")
)`, values{
			"labels": b.byContext, "counter": counter,
			"range": string(base.Range), "offset": string(base.offset), "week": string(base.weekOffset),
		})
	})
}

// momentRecords records count, mean and variance from the counters of n, Σx and Σx².
func momentRecords(w string, sum func(counter string) string) []Rule {
	count, mean := logCountRecord(w), logMeanRecord(w)
	return []Rule{
		record(count, sum("firsttoken_ttft_log_count")),
		record(mean, fill(`
$sum
/
($count > 0)`, values{"sum": sum("firsttoken_ttft_log_sum"), "count": count})),
		record(logVarianceRecord(w), fill(`
clamp_min(
  (
      $squares
    -
      $count * $mean * $mean
  )
  /
  (($count > 1) - 1),
  0
)`, values{"squares": sum("firsttoken_ttft_log_squared_total"), "count": count, "mean": mean})),
	}
}

// Moments are the PromQL of a sample's count, mean and variance.
type Moments struct{ Count, Mean, Variance string }

// moments are the records of a window, or of a baseline by its name.
func moments(w string) Moments {
	return Moments{logCountRecord(w), logMeanRecord(w), logVarianceRecord(w)}
}

// Welch is the PromQL of stat.Welch, where both sides have two values or more and not both variances
// are 0; deff is a number or a vector.
func Welch(now, base Moments, deff string) string {
	return fill(`
($m1 - $m0)
/
sqrt(
  $deff * ($v1 / ($n1 > 1) + $v0 / ($n0 > 1)) > 0
)`, values{
		"n1": now.Count, "m1": now.Mean, "v1": now.Variance,
		"n0": base.Count, "m0": base.Mean, "v0": base.Variance, "deff": deff,
	})
}

// designEffect is the PromQL of DesignEffect.
func designEffect(count string, w Window) string {
	return fmt.Sprintf("clamp_min(%s * %s, %s)", count, number(alikePerTTFT(w)), number(leastDesignEffect))
}
