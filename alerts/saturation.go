package alerts

import "time"

// Of the saturation alert.
const (
	SaturationR     = 0.7 // Pearson's correlation of ln(TTFT) with tokens per minute
	saturationRatio = 1.5 // TTFT against the fastest fifth of the day
	saturationFor   = 15 * time.Minute

	loadWindow        = Window("5m")
	correlationWindow = Window("2h")
)

// Records by target.
const (
	ttftRecord        = "target:firsttoken_ttft_log:mean" + string(loadWindow) // ln of the geometric mean TTFT in ms
	ttftQuietRecord   = "target:firsttoken_ttft_log:quantile20_1d"
	tpmRecord         = "target:firsttoken_tokens_per_minute:rate" + string(loadWindow)
	answeredTPMRecord = "target:firsttoken_tokens_per_minute_with_ttft:rate" + string(loadWindow) // where ttftRecord is
	productRecord     = "target:firsttoken_ttft_log_tokens_per_minute:product" + string(loadWindow)
	CorrelationRecord = "target:firsttoken_ttft_log_tokens_per_minute:pearson" + string(correlationWindow)
)

func (b builder) saturationRecords() []Rule {
	return []Rule{
		record(ttftRecord, b.fill(`
  $sum
/
  ($count > 0)`, values{
			"sum":   increase(b.byTarget, "firsttoken_ttft_log_sum", loadWindow),
			"count": increase(b.byTarget, "firsttoken_ttft_log_count", loadWindow),
		})),
		record(tpmRecord, b.fill(`60 * sum by ($labels) (rate(firsttoken_tokens_total{kind!="reasoning"}[$w]))`,
			values{"labels": b.byTarget, "w": string(loadWindow)})),
		record(answeredTPMRecord, tpmRecord+" and "+ttftRecord),
		record(productRecord, ttftRecord+" * "+tpmRecord),
		record(CorrelationRecord, pearson(ttftRecord, answeredTPMRecord, productRecord, correlationWindow)),
		record(ttftQuietRecord, "quantile_over_time(0.2, "+ttftRecord+"[1d])"),
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
)`, values{"xy": xy, "x": x, "y": y, "w": string(w)})
}

func (b builder) saturation() alert {
	return alert{
		name: "Saturation", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.fill(`
(
  $correlation > $r
and
  exp($ttft - $quiet) > $ratio
)`, values{
			"correlation": CorrelationRecord, "r": number(SaturationR),
			"ttft": ttftRecord, "quiet": ttftQuietRecord, "ratio": number(saturationRatio),
		})),
		wait: saturationFor, keep: burnKeep,
		summary: "{{ $labels.target }} is near its knee: TTFT rises with tokens per minute",
		details: "TTFT and tokens per minute of the last " + string(correlationWindow) +
			" correlate with r = {{ $value | humanize }}, and TTFT is well above the fastest fifth of the day." +
			" Tokens per minute now: " + lookup(tpmRecord, "humanize", b.byTarget) +
			". Requests waiting in the engine: " + lookup(WaitingRecord, whole, b.byEngine) + ".",
		by: b.byTarget, before: 24 * time.Hour,
		action:    "Reduce the load or add capacity before the SLO alerts fire: beyond it queues grow without limit.",
		dashboard: capacityDashboard,
	}
}
