package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// doubtfulTargets is how many targets have a prober whose numbers are in doubt.
const doubtfulTargets = "count(max by (" + alerts.ByTarget + ") (" + alerts.DoubtfulRecord + "{SEL}) > 0)"

func fleetTiles() []panel {
	return []panel{
		worstTTFT(), slowestTPS(), loadTile(), errorTile(), spend(), firingAlerts(), worstBurn(), proberTrust(),
	}
}

func worstTTFT() panel {
	return tile("Worst TTFT p95", about{
		means: "The slowest target's 95th percentile of time to first token, in seconds and as a share of the" +
			" limit that its objective sets.",
		moves:  "a queue builds up, prompts miss the prefix cache, or prefill slows down.",
		metric: "firsttoken_ttft_seconds, firsttoken_slo_threshold",
	},
		ask("topk(1, "+ttftP95()+")", "{{target}}"),
		ask("max(("+ttftP95()+") / on (target) "+ttftObjective+")", "of the limit"),
	).unit("s", 2).shareOfObjective("B", ofObjective())
}

func slowestTPS() panel {
	return tile("Slowest TPS p50", about{
		means: "The slowest target's median output tokens per second of one user, and its share of the least" +
			" that its objective allows.",
		moves:  "batches grow, prefill interrupts decode, or speculative decoding stops helping.",
		metric: "firsttoken_output_tokens_per_second, firsttoken_slo_threshold",
	},
		ask("bottomk(1, "+tpsP50()+")", "{{target}}"),
		ask("min(("+tpsP50()+") / on (target) "+tpsObjective+")", "of the least"),
	).unit("suffix: tok/s", 0).shareOfObjective("B", moreIsBetter())
}

func loadTile() panel {
	return tile("Load", about{
		means: "Tokens per minute that the targets reported, input and output, and their share of the set-points;" +
			" an estimate where they report nothing.",
		moves:  "back-off halves a set-point, turns are skipped, or requests fail before their answer begins.",
		metric: "firsttoken_tokens_total, firsttoken_tokens_estimated_total, firsttoken_tokens_per_minute_target",
	},
		ask("sum("+tokensPerMinute+")", "TPM"),
		ask("sum("+tokensPerMinute+") / ("+setPoint+" > 0)", "of the set-point"),
	).unit("short", 2).forQuery("B", set("unit", "percentunit"), set("decimals", 0))
}

func errorTile() panel {
	return tile("Errors", about{
		means:  "Share of requests that did not end well; those that the prober itself cancelled aside.",
		moves:  "an endpoint refuses, throttles, stalls, cuts off or times out.",
		metric: "firsttoken_requests_total",
	},
		ask(errorRatio(""), "now"),
		ask("topk(1, "+errorRatio("target")+")", "{{target}}"),
	).unit("percentunit", 1).thresholds(steps(colourGood, step{0.01, colourWarn}, step{0.05, colourWorst}))
}

func spend() panel {
	return tile("Spend per day", about{
		means: "Dollars that the probes cost in the last 24 hours, and a day at the pace of the last hour, by" +
			" the targets' own price lists.",
		moves:  "load, prompt length, or the share of cached input changes.",
		metric: "firsttoken_cost_dollars_total",
	},
		ask("sum(increase(firsttoken_cost_dollars_total{SEL}[1d]))", "last 24 h"),
		ask("86400 * sum(rate(firsttoken_cost_dollars_total{SEL}[1h]))", "at this pace"),
	).unit("currencyUSD", 0).noData("No prices")
}

func firingAlerts() panel {
	return tile("Firing alerts", about{
		means:  "Alerts of firsttoken that fire now and tell somebody.",
		moves:  "see the state timelines below for which.",
		metric: "ALERTS",
	},
		ask("count("+firing+") or vector(0)", ""),
	).unit("none", 0).thresholds(steps(colourGood, step{1, colourWorst}))
}

func worstBurn() panel {
	burns := alerts.Burns()
	return tile("Worst burn, 1 h", about{
		means: "How fast the error budget of the worst objective is being spent: at 1, exactly the whole budget" +
			" in its period.",
		moves:  "more events are bad than the objective allows.",
		metric: alerts.RatioRecord(burns.Over1h.Long) + ", " + alerts.BudgetRecord,
	},
		ask("topk(1, "+burnRate(burns.Over1h.Long, "{SEL}")+")", bySLO),
	).unit("suffix:×", 1).
		thresholds(steps(colourGood, step{1, colourWarn}, step{burns.Over6h.Factor, colourWorst}))
}

func proberTrust() panel {
	return tile("Prober trust", about{
		means: "Share of targets whose numbers can be believed, and how late the prober starts its requests, on" +
			" average, where it is latest.",
		moves: "the prober's machine is too busy, or a self-check fails. Then look there before believing" +
			" anything else.",
		metric: alerts.DoubtfulRecord + ", " + alerts.ScheduleLagRecord,
	},
		ask(
			"1 - ("+doubtfulTargets+" or vector(0)) / count(max by ("+alerts.ByTarget+") (firsttoken_target_info{SEL}))",
			"trusted",
		),
		ask(`max(`+alerts.ScheduleLagRecord+`{job=~"$job"} >= 0)`, "late by"),
	).unit("percentunit", 0).thresholds(steps(colourWorst, step{1, colourGood})).
		forQuery("B", set("unit", "s"), set("decimals", 1),
			set("thresholds", steps(colourPlain, step{alerts.ScheduleLag.Seconds(), colourWorst})))
}
