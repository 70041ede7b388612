package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/firsttoken/firsttoken/alerts"
)

// fleet is what whoever is on call opens first, and what hangs on the wall: is anything wrong, and where.
func fleet() Dashboard {
	return page{
		uid: FleetUID, title: "firsttoken / Fleet", from: "now-6h", variables: scope(), annotations: events(),
		about: "Every target at once: the worst of each number, a table to find who it is, and what happened when.",
		sections: []section{
			{title: "Now", panels: fleetTiles()},
			{title: "Targets", panels: []panel{fleetTable(), fleetStates()}},
			{title: "Over time", panels: fleetGraphs()},
			{title: "The prober itself", collapsed: true, panels: proberGraphs()},
		},
	}.dashboard()
}

func fleetTiles() []panel {
	p95, p50 := ttft().quantile(0.95, "target", ""), tps().quantile(0.5, "target", "")
	setPoint := `sum(max by (job, target) (firsttoken_tokens_per_minute_target{SEL}))`
	doubt := "count(max by (job, target) (" + alerts.DoubtfulRecord + "{SEL}) > 0)"
	return []panel{
		tile("Worst TTFT p95", about{"The slowest target's 95th percentile of time to first token, in seconds and as a share of the limit that its objective sets.",
			"a queue builds up, prompts miss the prefix cache, or prefill slows down.", "firsttoken_ttft_seconds, firsttoken_slo_threshold"},
			ask("topk(1, "+p95+")", "{{target}}"), ask("max(("+p95+") / on (target) "+ttftObjective+")", "of the limit")).
			unit("s", 2).query("B", set("unit", "percentunit"), set("decimals", 0), set("thresholds", ofObjective())),
		tile("Slowest TPS p50", about{"The slowest target's median output tokens per second of one user, and its share of the least that its objective allows.",
			"batches grow, prefill interrupts decode, or speculative decoding stops helping.", "firsttoken_output_tokens_per_second, firsttoken_slo_threshold"},
			ask("bottomk(1, "+p50+")", "{{target}}"), ask("min(("+p50+") / on (target) "+tpsObjective+")", "of the least")).
			unit("suffix: tok/s", 0).query("B", set("unit", "percentunit"), set("decimals", 0), set("thresholds", moreIsBetter())),
		tile("Load", about{"Tokens per minute that the targets reported, input and output, and their share of the set-points.",
			"back-off halves a set-point, turns are skipped, or requests fail before their usage is reported.", "firsttoken_tokens_total, firsttoken_tokens_per_minute_target"},
			ask("sum("+tokensPerMinute+")", "TPM"), ask("sum("+tokensPerMinute+") / ("+setPoint+" > 0)", "of the set-point")).
			unit("short", 2).query("B", set("unit", "percentunit"), set("decimals", 0)),
		tile("Errors", about{"Share of requests that did not end well; those that the prober itself cancelled aside.",
			"an endpoint refuses, throttles, stalls, cuts off or times out.", "firsttoken_requests_total"},
			ask(errorRatio(""), "now"), ask("topk(1, "+errorRatio("target")+")", "{{target}}")).
			unit("percentunit", 1).judged(steps(colourGood, step{0.01, colourWarn}, step{0.05, colourWorst})),
		tile("Spend per day", about{"Dollars that the probes cost in the last 24 hours, and a day at the pace of the last hour, by the targets' own price lists.",
			"load, prompt length, or the share of cached input changes.", "firsttoken_cost_dollars_total"},
			ask("sum(increase(firsttoken_cost_dollars_total{SEL}[1d]))", "last 24 h"), ask("86400 * sum(rate(firsttoken_cost_dollars_total{SEL}[1h]))", "at this pace")).
			unit("currencyUSD", 0).otherwise("No prices"),
		tile("Firing alerts", about{"Alerts of firsttoken that fire now and tell somebody.", "see the state timelines below for which.", "ALERTS"},
			ask("count("+firing+") or vector(0)", "")).
			unit("none", 0).judged(steps(colourGood, step{1, colourWorst})),
		tile("Worst burn, 1 h", about{"How fast the error budget of the worst objective is being spent: at 1, exactly the whole budget in its period.",
			"more events are bad than the objective allows.", alerts.RatioRecord(alerts.Burns().Over1h.Long) + ", " + alerts.BudgetRecord},
			ask("topk(1, "+alerts.RatioRecord(alerts.Burns().Over1h.Long)+"{SEL} / "+alerts.BudgetRecord+"{SEL})", "{{target}} {{slo}}")).
			unit("suffix:×", 1).judged(steps(colourGood, step{1, colourWarn}, step{alerts.Burns().Over6h.Factor, colourWorst})),
		tile("Prober trust", about{"Share of targets whose numbers can be believed, and how late the prober starts its requests, on average, where it is latest.",
			"the prober's machine is too busy, or a self-check fails. Then look there before believing anything else.", alerts.DoubtfulRecord + ", " + alerts.ScheduleLagRecord},
			ask("1 - ("+doubt+" or vector(0)) / count(max by (job, target) (firsttoken_target_info{SEL}))", "trusted"),
			ask(`max(`+alerts.ScheduleLagRecord+`{job=~"$job"} >= 0)`, "late by")).
			unit("percentunit", 0).judged(steps(colourWorst, step{1, colourGood})).
			query("B", set("unit", "s"), set("decimals", 1), set("thresholds", steps(colourPlain, step{alerts.ScheduleLag.Seconds(), colourWorst}))),
	}
}

func fleetTable() panel {
	p50, p95 := ttft().quantile(0.5, "target", ""), ttft().quantile(0.95, "target", "")
	yesterday := ttft().quantile(0.95, "target", " offset 1d")
	budget := alerts.BudgetRemainingRecord + "{SEL"
	change := steps("transparent", step{0.25, colourWarn}, step{0.5, colourBad}, step{1, colourWorst})
	return grid("Targets", about{"One row for each target; click one to open it. Colour is for what an objective or yesterday judges.",
		"anything moves: sort by the column that you ask about.", "firsttoken_ttft_seconds, firsttoken_output_tokens_per_second, " + alerts.BudgetRemainingRecord},
		[][2]string{{"target", "Target"}, {"engine", "Engine"}, {"model", "Model"}, {"region", "Region"}},
		column{expr: `max by (target, engine, model, region) (firsttoken_target_info{SEL})`},
		column{title: "TTFT p50", expr: p50, unit: "s", decimals: 2},
		column{title: "TTFT p95", expr: p95, unit: "s", decimals: 2},
		column{title: "of limit", expr: "(" + p95 + ") / on (target) " + ttftObjective, unit: "percentunit", judged: ofObjective()},
		column{title: "p95 v. yesterday", expr: "(" + p95 + ") / (" + yesterday + " > 0) - 1", unit: "percentunit", judged: change},
		column{title: "TPS p50", expr: tps().quantile(0.5, "target", ""), unit: "short", decimals: 0},
		column{title: "of least", expr: "(" + tps().quantile(0.5, "target", "") + ") / on (target) " + tpsObjective, unit: "percentunit", judged: moreIsBetter()},
		column{title: "TPM", expr: tokensPerMinute, unit: "short", decimals: 1},
		column{title: "Cached", expr: `sum by (target) (rate(firsttoken_tokens_total{SEL,kind="input_cached"}[NOW])) / (sum by (target) (rate(firsttoken_tokens_total{SEL,kind=~"input_.*"}[NOW])) > 0)`, unit: "percentunit"},
		column{title: "Errors", expr: errorRatio("target"), unit: "percentunit", decimals: 1, judged: steps("transparent", step{0.01, colourWarn}, step{0.05, colourWorst})},
		column{title: "TTFT SLO left", expr: "min by (target) (" + budget + `,slo="ttft"})`, unit: "percentunit", judged: budgetLeft()},
		column{title: "Least SLO left", expr: "min by (target) (" + budget + "})", unit: "percentunit", judged: budgetLeft()},
		column{title: "Burn 1 h", expr: "max by (target) (" + alerts.RatioRecord(alerts.Burns().Over1h.Long) + "{SEL} / " + alerts.BudgetRecord + "{SEL})", unit: "suffix:×", decimals: 1,
			judged: steps("transparent", step{1, colourWarn}, step{alerts.Burns().Over6h.Factor, colourWorst})},
	).linked(toTarget(TargetUID, "Open the target"), toTarget(SLOUID, "Open its error budget")).sortedBy("of limit", true)
}

// fleetStates compares the last 30 minutes with the budget and with what would page.
func fleetStates() panel {
	bad, allowed, page := alerts.RatioRecord(alerts.Burns().Over6h.Short)+"{SEL}", alerts.BudgetRecord+"{SEL}", alerts.ThresholdRecord(alerts.Burns().Over6h.Long)+"{SEL}"
	return states("SLO state", about{"Each objective of each target over time: whether the share of bad events in the last 30 minutes was within the budget, above it, or above what pages.",
		"first tokens are late, streams are slow, or requests fail. A gap is a time without events.", alerts.RatioRecord(alerts.Burns().Over6h.Short)},
		ask("max by (target, slo) (("+bad+" > bool "+allowed+") + ("+bad+" > bool "+page+"))", "{{target}} · {{slo}}")).
		words(map[string]dashboard.ValueMappingResult{
			"0": word("Within budget", colourGood, 0), "1": word("Above budget", colourWarn, 1), "2": word("Above the page threshold", colourWorst, 2),
		}).unit("none").linked(seriesTarget(SLOUID, "Open its error budget"))
}

func fleetGraphs() []panel {
	return []panel{
		graph("TTFT p95 by target", about{"95th percentile of time to first token; dashed, the limits of the objectives.",
			"queues, cache misses, slow prefill.", "firsttoken_ttft_seconds"},
			ask(ttft().quantile(0.95, "target", ""), "{{target}}"), ask(ttftObjective, "limits")).
			unit("s").fromZero().limit("B").size(12, 9).linked(seriesTarget(TargetUID, "Open the target")),
		graph("TPS p50 by target", about{"Median output tokens per second of one user; dashed, the least that the objectives allow.",
			"batch size, prefill in between, speculation.", "firsttoken_output_tokens_per_second"},
			ask(tps().quantile(0.5, "target", ""), "{{target}}"), ask(tpsObjective, "limits")).
			unit("suffix: tok/s").fromZero().limit("B").size(12, 9).linked(seriesTarget(TargetUID, "Open the target")),
		graph("Tokens per minute by target", about{"What the targets reported, input and output together; dashed, what back-off leaves of their set-points.",
			"the set-point changes, or requests fail.", "firsttoken_tokens_total, firsttoken_tokens_per_minute_effective"},
			ask(tokensPerMinute, "{{target}}"), ask(`max by (target) (firsttoken_tokens_per_minute_effective{SEL})`, "set-points")).
			unit("short").fromZero().limit("B").size(8, 8),
		graph("Errors by target", about{"Share of requests that did not end well.", "an endpoint refuses, throttles, stalls, cuts off or times out.", "firsttoken_requests_total"},
			ask(errorRatio("target"), "{{target}}")).unit("percentunit").fromZero().size(8, 8),
		alertStates().size(8, 8),
	}
}

// alertStates leaves the prefix of the names away, which all of them have.
func alertStates() panel {
	return states("Alerts", about{"Alerts of firsttoken while they fired.", "see their runbooks.", "ALERTS"},
		ask(`max by (alert, target, slo) (label_replace(`+firing+`, "alert", "$1", "alertname", "`+alerts.Prefix+`(.+)"))`, "{{alert}} {{target}} {{slo}}")).
		words(map[string]dashboard.ValueMappingResult{"1": word("Firing", colourWorst, 0)}).otherwise("No alerts").unit("none")
}

func proberGraphs() []panel {
	return []panel{
		graph("Schedule lag", about{"How late requests started after their instant, on average. It says something about the prober, never about a server.",
			"the prober's machine is busy.", alerts.ScheduleLagRecord},
			ask(alerts.ScheduleLagRecord+`{job=~"$job"} >= 0`, "{{instance}}")).unit("s").fromZero(),
		stack("Turns not sent", about{"Slots of the schedule that were not used, by reason, each minute.",
			"back-off, the budget, all sessions busy, a pause.", "firsttoken_turns_skipped_total"},
			ask("60 * sum by (reason) (rate(firsttoken_turns_skipped_total{SEL}[NOW]))", "{{reason}}")).unit("suffix: /min").fromZero(),
		graph("Stale connections", about{"Requests that were sent a second time because a reused connection had died, each hour.",
			"a server or a proxy closes idle connections early.", "firsttoken_stale_connections_total"},
			ask("3600 * sum by (target) (rate(firsttoken_stale_connections_total{SEL}[NOW]))", "{{target}}")).unit("suffix: /h").fromZero(),
	}
}
