package alerts

import "time"

// doubled pages on a large step that also misses the objective: the error budget's own page takes hours for it.
func (b builder) doubled() alert {
	t, hour := Slower(), b.Burns.Over1h.Long
	return alert{
		name: "TTFTDoubled", severity: Page, component: endpoint,
		expr: b.unlessPaused(b.explainedLatency(b.fill(`
(
$slower
)
and on ($byTarget)
  $wilson{slo="ttft"} > $budgets * $budget{slo="ttft"}`, values{
			"slower": b.slower(t.TTFT, Doubled()), "wilson": wilsonRecord(hour),
			"budgets": number(DoubledBudgets), "budget": BudgetRecord,
		}))),
		wait: DoubledFor, keep: burnKeep,
		summary: population + " {{ $value | humanize }} times slower than usual, and misses its objective",
		details: "{{ $value | humanize }} times: geometric mean TTFT in seconds, against the median of the same time" +
			" on other days of this kind: over " + b.times(t.TTFT, t.TTFT.name, milliseconds) +
			". Bad for ttft over " + string(hour) + ": " +
			valueOf(RatioRecord(hour)+`{slo="ttft",$own}`, "humanizePercentage", b.byTarget) +
			" of events; the objective allows " +
			valueOf(BudgetRecord+`{slo="ttft",$own}`, "humanizePercentage", b.byTarget) +
			".",
		by: b.byContext, before: 24 * time.Hour,
		action:    "Open the dashboard at that time; roll back what was released then, or take the slow replica out.",
		dashboard: endpointDashboard,
	}
}

// farAbove pages on what needs no past to be wrong.
func (b builder) farAbove() alert {
	sum := func(counter string) string { return increase(b.byTarget, counter, FarWindow) }
	threshold := valueOf(`firsttoken_slo_threshold{slo="ttft",$own}`, "humanizeDuration", b.byTarget)
	mean := valueOf(`exp(sum(increase(firsttoken_ttft_log_sum{$own}[`+string(FarWindow)+`])) / sum(increase(`+
		`firsttoken_ttft_log_count{$own}[`+string(FarWindow)+`]))) / 1000`, "humanizeDuration", b.byTarget)
	return alert{
		name: "TTFTFarAbove", severity: Page, component: endpoint,
		expr: b.unlessPaused(b.explainedLatency(b.fill(`
exp($logs / ($count > $few)) / 1000
/
max by ($byTarget) (firsttoken_slo_threshold{slo="ttft"}) > $factor
and
  $bad > $few
and
  $bad >= 0.99 * $events`, values{
			"logs": sum("firsttoken_ttft_log_sum"), "count": sum("firsttoken_ttft_log_count"),
			"factor": number(FarFactor), "few": number(FarLeast),
			"bad":    sum(`firsttoken_slo_bad_events_total{slo="ttft"}`),
			"events": sum(`firsttoken_slo_events_total{slo="ttft"}`),
		}))),
		keep:    burnKeep,
		summary: "{{ $labels.target }} takes {{ $value | humanize }} times its objective to the first token",
		details: "{{ $value | humanize }} times the objective: geometric mean TTFT over " +
			string(FarWindow) + ": " + mean +
			", and every event of it is bad; the objective is " +
			threshold + ".",
		by:        b.byTarget,
		action:    "Look at the engine's queue and its KV cache; drain the target if others can serve.",
		dashboard: endpointDashboard,
	}
}
