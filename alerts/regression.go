package alerts

import (
	"fmt"
	"time"
)

const ttftLevel = "target_cache_context:firsttoken_ttft"

// SlowdownRecord is the ratio of the geometric mean TTFT of the window to that of its baseline, by
// job, target, cache and context; WelchRecord how many standard errors ln of it is away from 0.
func SlowdownRecord(w Window) string { return ttftLevel + ":slowdown" + string(w) }

// WelchRecord is slo.Welch of the window and its baseline.
func WelchRecord(w Window) string { return ttftLevel + ":welch_z" + string(w) }

// LogCountRecord counts the TTFTs of a window, or of a baseline by its Name; with LogMeanRecord and
// LogVarianceRecord it describes ln(TTFT in ms).
func LogCountRecord(w string) string { return ttftLevel + "_log:count" + w }

// LogMeanRecord is the mean of ln(TTFT in ms).
func LogMeanRecord(w string) string { return ttftLevel + "_log:mean" + w }

// LogVarianceRecord is the unbiased variance of ln(TTFT in ms).
func LogVarianceRecord(w string) string { return ttftLevel + "_log:variance" + w }

func regressionGroups() []Group {
	var quick, slow []Rule
	regressions := Regressions()
	slow = append(slow, baselineRecords(regressions[0].Base)...)
	slow = append(slow, baselineRecords(regressions[3].Base)...)
	for i, r := range regressions {
		rules := append(windowRecords(r.Window), comparison(r)...)
		if i < 2 {
			quick = append(quick, rules...)
			continue
		}
		slow = append(slow, rules...)
	}
	return []Group{
		{Name: "firsttoken-ttft-slow", Interval: 2 * time.Minute, Rules: slow},
		{Name: "firsttoken-ttft-quick", Interval: time.Minute, Rules: quick},
	}
}

func windowRecords(w Window) []Rule {
	return moments(string(w), func(counter string) string { return increase(byContext, counter, w) })
}

// baselineRecords adds two ranges up by giving them different labels first: series of the same
// labels could not stand in one vector, and a + b is empty where one of them is.
func baselineRecords(b Baseline) []Rule {
	return moments(b.Name(), func(counter string) string {
		return fill(`
sum by ($labels) (
    label_replace(increase($counter[$range] offset $offset), "base", "day", "", "")
  or
    label_replace(increase($counter[$range] offset $week), "base", "week", "", "")
)`, "labels", byContext, "counter", counter, "range", string(b.Range), "offset", string(b.Offset), "week", string(b.WeekOffset))
	})
}

// moments records count, mean and variance from the counters of n, Σx and Σx².
func moments(w string, sum func(counter string) string) []Rule {
	count, mean := LogCountRecord(w), LogMeanRecord(w)
	return []Rule{
		record(count, sum("firsttoken_ttft_log_count")),
		record(mean, fill(`
$sum
/
($count > 0)`, "sum", sum("firsttoken_ttft_log_sum"), "count", count)),
		record(LogVarianceRecord(w), fill(`
clamp_min(
  (
      $squares
    -
      $count * $mean * $mean
  )
  /
  (($count > 1) - 1),
  0
)`, "squares", sum("firsttoken_ttft_log_squared_total"), "count", count, "mean", mean)),
	}
}

func comparison(r Regression) []Rule {
	w, base := string(r.Window), r.Base.Name()
	return []Rule{
		record(SlowdownRecord(r.Window), fmt.Sprintf("exp(%s - %s)", LogMeanRecord(w), LogMeanRecord(base))),
		record(WelchRecord(r.Window), Welch(
			[3]string{LogCountRecord(w), LogMeanRecord(w), LogVarianceRecord(w)},
			[3]string{LogCountRecord(base), LogMeanRecord(base), LogVarianceRecord(base)}, designEffect(LogCountRecord(w), r.Window))),
	}
}

// Welch is the PromQL of slo.Welch for vectors of counts, means and variances, where both sides have
// two values or more and not both variances are 0; deff is a number or a vector.
func Welch(now, base [3]string, deff string) string {
	return fill(`
($m1 - $m0)
/
sqrt(
  $deff * ($v1 / ($n1 > 1) + $v0 / ($n0 > 1)) > 0
)`, "n1", now[0], "m1", now[1], "v1", now[2], "n0", base[0], "m0", base[1], "v0", base[2], "deff", deff)
}

// designEffect is the PromQL of DesignEffect.
func designEffect(count string, w Window) string {
	return fmt.Sprintf("clamp_min(%s * %s, %s)", count, number(DesignEffect(1e6, w)/1e6), number(LeastDesignEffect))
}

// slower is the condition that a window's TTFT is worse than its baseline's beyond chance.
func slower(r Regression, ratio, z float64) string {
	return fill(`
(
  $slowdown > $ratio
and
  $welch > $zed
and
  $now >= $enough
and
  $base >= $basis
)`, "slowdown", SlowdownRecord(r.Window), "ratio", number(ratio), "welch", WelchRecord(r.Window), "zed", number(z),
		"now", LogCountRecord(string(r.Window)), "enough", number(RegressionN),
		"base", LogCountRecord(r.Base.Name()), "basis", number(BaselineN))
}

func regressionAlerts() []alert {
	regressions := Regressions()
	var any []string
	for _, r := range regressions {
		any = append(any, slower(r, r.Slowdown, WelchZ))
	}
	times := func(w Window) string {
		return ask(SlowdownRecord(w), "humanize", "job", "target", "cache", "context") + " over " + string(w)
	}
	return []alert{
		{
			name: "TTFTRegression", severity: Warning, component: Endpoint,
			expr: either(any...), wait: RegressionFor, keep: BurnKeep,
			summary: "{{ $labels.target }} answers {{ $labels.cache }} prompts ({{ $labels.context }}) slower than yesterday and last week",
			details: "Geometric mean TTFT is {{ $value | humanize }} times that of the same hours before, beyond chance. Times slower: " +
				times("30m") + ", " + times("2h") + ", " + times("6h") + ", " + times("1d") + ".",
			dashboard: endpointDashboard,
		},
		{
			name: "TTFTRegressionAfterRevision", severity: Warning, component: Endpoint,
			expr: fill(`
$slower
and on (job, target)
  max by (job, target) (changes(firsttoken_target_revision_timestamp_seconds[$recent])) > 0
and on (job, target)
  count by (job, target) (
    count by (job, target, model, fingerprint) (last_over_time(firsttoken_target_revision_info[$recent]))
  ) > 1`, "slower", slower(regressions[0], RevisionRatio, RevisionZ), "recent", string(RevisionRecent)),
			wait: RevisionFor, keep: BurnKeep,
			summary: "{{ $labels.target }} became slower with a new model or fingerprint",
			details: "Geometric mean TTFT of {{ $labels.cache }} prompts ({{ $labels.context }}) over 30m is {{ $value | humanize }} times the usual, and the endpoint changed what it says it serves within the last " + string(RevisionRecent) +
				`. Served now:{{ range printf "firsttoken_target_revision_info{job=%q,target=%q}" $labels.job $labels.target | query }} {{ .Labels.model }} {{ .Labels.fingerprint }}{{ end }}.`,
			dashboard: endpointDashboard,
		},
	}
}
