package alerts

import "time"

// Records by job and target that the saturation, TPS and prefix-cache alerts read.
const (
	TTFTRecord          = "target:firsttoken_ttft_log:mean5m" // ln of the geometric mean TTFT in ms
	TPMRecord           = "target:firsttoken_tokens_per_minute:rate5m"
	answeredTPMRecord   = "target:firsttoken_tokens_per_minute_with_ttft:rate5m" // TPM where TTFTRecord is
	productRecord       = "target:firsttoken_ttft_log_tokens_per_minute:product5m"
	CorrelationRecord   = "target:firsttoken_ttft_log_tokens_per_minute:pearson2h"
	TTFTQuietRecord     = "target:firsttoken_ttft_log:quantile20_1d"
	TPSRecord           = "target:firsttoken_output_tokens_per_second:mean30m"
	TPSCountRecord      = "target:firsttoken_output_tokens_per_second:count30m"
	TPSBaseRecord       = "target:firsttoken_output_tokens_per_second:mean_base8h"
	CacheRecord         = "target:firsttoken_prefix_cache_reported_expected:ratio30m"
	CacheExpectedRecord = "target:firsttoken_expected_cached_tokens:increase30m"
	cacheReportedRecord = "target:firsttoken_input_cached_tokens:increase30m"
)

func saturationRecords() []Rule {
	return []Rule{
		record(TTFTRecord, fill(`
  $sum
/
  ($count > 0)`, "sum", increase(byTarget, "firsttoken_ttft_log_sum", "5m"), "count", increase(byTarget, "firsttoken_ttft_log_count", "5m"))),
		record(TPMRecord, `60 * sum by (job, target) (rate(firsttoken_tokens_total{kind!="reasoning"}[5m]))`),
		record(answeredTPMRecord, TPMRecord+" and "+TTFTRecord),
		record(productRecord, TTFTRecord+" * "+TPMRecord),
		record(CorrelationRecord, pearson(TTFTRecord, answeredTPMRecord, productRecord, "2h")),
		record(TTFTQuietRecord, "quantile_over_time(0.2, "+TTFTRecord+"[1d])"),
	}
}

// pearson is the correlation of x and y over w, given their product as a series of its own:
//
//	r = ( E[xy] − E[x]·E[y] ) / ( σx·σy )
//
// All three must have their samples at the same instants, or r leaves its bounds: a minute of load in
// which nothing was answered is in no mean.
func pearson(x, y, xy string, w Window) string {
	return fill(`
(
    avg_over_time($xy[$w])
  -
    avg_over_time($x[$w]) * avg_over_time($y[$w])
)
/
(
  (stddev_over_time($x[$w]) * stddev_over_time($y[$w])) > 0
)`, "xy", xy, "x", x, "y", y, "w", string(w))
}

func tpsRecords() []Rule {
	const histogram = "firsttoken_output_tokens_per_second"
	return []Rule{
		record(TPSRecord, mean(byTarget, histogram, "", "30m", "")),
		record(TPSCountRecord, count(byTarget, histogram, "30m")),
		record(TPSBaseRecord, either(mean(byTarget, histogram, "", "8h", "20h"), mean(byTarget, histogram, "", "8h", "164h"))),
	}
}

func cacheRecords() []Rule {
	return []Rule{
		record(cacheReportedRecord, increase(byTarget, `firsttoken_tokens_total{kind="input_cached"}`, "30m")),
		record(CacheExpectedRecord, increase(byTarget, "firsttoken_expected_cached_tokens_total", "30m")),
		record(CacheRecord, cacheReportedRecord+" / ("+CacheExpectedRecord+" > 0)"),
	}
}

func endpointAlerts() []alert {
	return append([]alert{targetDown()}, append(regressionAlerts(), tpsDrop(), saturation(), cacheShortfall())...)
}

func targetDown() alert {
	return alert{
		name: "TargetDown", severity: Page, component: Endpoint,
		// unless, because a target that never answered has no last success to compare with.
		expr: fill(`
max by (job, target) (firsttoken_consecutive_failures) >= $failures
unless
  time() - max by (job, target) (firsttoken_last_success_timestamp_seconds) <= $silence`,
			"failures", number(DownFailures), "silence", seconds(DownSilence)),
		keep:    5 * time.Minute,
		summary: "{{ $labels.target }} does not answer",
		details: "{{ $value | humanize }} turns failed in a row. Outcomes in the last 15m:" +
			`{{ range printf "sum by (outcome) (increase(firsttoken_requests_total{job=%q,target=%q}[15m])) > 0.5" $labels.job $labels.target | query }} {{ .Value | humanize }} {{ .Labels.outcome }}{{ end }}. Last success: ` +
			ask("firsttoken_last_success_timestamp_seconds", "humanizeTimestamp", "job", "target") + ".",
		dashboard: endpointDashboard,
	}
}

func tpsDrop() alert {
	return alert{
		name: "TPSDrop", severity: Warning, component: Endpoint,
		expr: fill(`
$now / $base < $ratio
and
  $count >= $enough`, "now", TPSRecord, "base", TPSBaseRecord, "ratio", number(TPSRatio), "count", TPSCountRecord, "enough", number(TPSN)),
		wait: TPSFor, keep: BurnKeep,
		summary: "{{ $labels.target }} streams slower than before",
		details: "Output tokens per second of one user are at {{ $value | humanizePercentage }} of the same hours yesterday: " +
			ask(TPSRecord, "humanize", "job", "target") + " over 30m, " + ask(TPSBaseRecord, "humanize", "job", "target") + " before.",
		dashboard: endpointDashboard,
	}
}

func saturation() alert {
	return alert{
		name: "Saturation", severity: Warning, component: Endpoint,
		expr: fill(`
(
  $correlation > $r
and
  exp($ttft - $quiet) > $ratio
)`, "correlation", CorrelationRecord, "ratio", number(SaturationRatio), "r", number(SaturationR), "ttft", TTFTRecord, "quiet", TTFTQuietRecord),
		wait: SaturationFor, keep: BurnKeep,
		summary: "{{ $labels.target }} is near its knee: TTFT rises with tokens per minute",
		details: "TTFT and tokens per minute of the last 2h correlate with r = {{ $value | humanize }}, and TTFT is well above the fastest fifth of the day. Tokens per minute now: " +
			ask(TPMRecord, "humanize", "job", "target") + ". Requests waiting in the engine: " + ask(WaitingRecord, "humanize", "target") + ".",
		dashboard: capacityDashboard,
	}
}

func cacheShortfall() alert {
	return alert{
		name: "PrefixCacheShortfall", severity: Warning, component: Endpoint,
		// A target that reported no cached token in a day does not report them at all, or has no cache.
		expr: fill(`
$cache < $ratio
and
  $expected >= $enough
and
  sum by (job, target) (increase(firsttoken_tokens_total{kind="input_cached"}[1d])) > 0`,
			"cache", CacheRecord, "ratio", number(CacheRatio), "expected", CacheExpectedRecord, "enough", number(CacheTokens)),
		wait: CacheFor, keep: BurnKeep,
		summary: "{{ $labels.target }} recomputes prompts that its prefix cache should hold",
		details: "Of the tokens that a healthy prefix cache would have served in 30m, {{ $value | humanizePercentage }} were reported as cached. Expected: " +
			ask(CacheExpectedRecord, "humanize", "job", "target") + " tokens. KV cache in use: " + ask(KVRecord, "humanizePercentage", "target") + ".",
		dashboard: endpointDashboard,
	}
}
