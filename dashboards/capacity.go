package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// capacity answers how much more an endpoint can take and what a token costs there.
func capacity() Dashboard {
	return page{
		uid: CapacityUID, title: "firsttoken / Capacity planning", from: "now-7d", annotations: events(),
		variables: append(scope(), planVariables()...),
		about:     "Latency and speed against load, the highest load that held the objective, growth, and what a team's tokens cost here and at a reference price.",
		sections: []section{
			{title: "Latency against load", panels: scatters()},
			{title: "Headroom", panels: headroomPanels()},
			{title: "Efficiency", panels: efficiencyPanels()},
			{title: "What a team's year costs", panels: costPanels()},
		},
	}.dashboard()
}

// load30 is smooth enough to be called a load: the arrivals of a few requests a minute are bursty.
const load30 = `60 * sum by (job, target) (rate(firsttoken_tokens_total{SEL,kind!="reasoning"}[30m]))`

// held is the load while the TTFT objective held, broken the load while it did not.
const (
	held = load30 + `
and on (job, target)
(` + ttftBad + ` <= ` + ttftAllowed + `)`
	broken = load30 + `
and on (job, target)
(` + ttftBad + ` > ` + ttftAllowed + `)`
	ttftBad     = `target_slo:firsttoken_slo_bad:ratio30m{SEL,slo="ttft"}`
	ttftAllowed = alerts.BudgetRecord + `{SEL,slo="ttft"}`

	highestHeld  = `max by (target) (max_over_time((` + held + `)[$__range:5m]))`
	lowestBroken = `min by (target) (min_over_time((` + broken + `)[$__range:5m]))`
	loadNow      = `max by (target) (` + load30 + `)`
)

// longEnough is true where the range has three days or more: a slope of less is weather.
const longEnough = "vector($__range_s) >= 3 * 86400"

func scatters() []panel {
	x := ask("sum("+tokensPerMinute+")", "TPM")
	return []panel{
		scatter("TTFT p95 against TPM, $target", about{"One dot for each five minutes of the range: the load, and the 95th percentile of time to first token at that load.",
			"flat, then a knee: the knee is the capacity. Dots above a flat part had another cause than load.", "firsttoken_tokens_total, firsttoken_ttft_seconds"},
			x, ask("max("+ttft().quantile(0.95, "target", "")+")", "TTFT p95")).
			unit("s").size(24, 9).repeated("target", 3),
		scatter("TPS p50 against TPM, $target", about{"One dot for each five minutes: the load, and one user's median output tokens per second at that load.",
			"it falls as batches grow: how steeply is the price of sharing.", "firsttoken_tokens_total, firsttoken_output_tokens_per_second"},
			x, ask("max("+tps().quantile(0.5, "target", "")+")", "TPS p50")).
			unit("suffix: tok/s").size(24, 9).repeated("target", 3),
	}
}

func headroomPanels() []panel {
	slope := `(max by (target) (deriv((` + load30 + `)[$__range:30m])) and on () (` + longEnough + `))`
	return []panel{
		grid("Capacity", about{"The highest load (30 minutes' mean) at which the TTFT objective held in the range, the lowest at which it did not, and what lies between now and them. Between the two is the knee. Load that was never tried says nothing: give a target the load profile for an hour to find out.",
			"the range holds other loads, or the endpoint changes.", "firsttoken_tokens_total, target_slo:firsttoken_slo_bad:ratio30m"},
			[][2]string{{"target", "Target"}},
			column{title: "TPM now", expr: loadNow, unit: "short", decimals: 2},
			column{title: "Highest that held", expr: highestHeld, unit: "short", decimals: 2},
			column{title: "Lowest that broke", expr: lowestBroken, unit: "short", decimals: 2},
			column{title: "Headroom", expr: "1 - " + loadNow + " / " + highestHeld, unit: "percentunit", judged: steps(colourWorst, step{0, colourWarn}, step{0.2, colourGood})},
			column{title: "Growth per day", expr: slope + " * 86400", unit: "short", decimals: 1},
			column{title: "Days to the limit", expr: "clamp_min(" + highestHeld + " - " + loadNow + ", 0) / (" + slope + " * 86400 > 0)", unit: "none", decimals: 1, judged: steps(colourWorst, step{7, colourWarn}, step{30, colourGood})},
			column{title: "TTFT with load, r", expr: `max by (target) (` + alerts.CorrelationRecord + `{SEL} >= -1 <= 1)`, unit: "none", decimals: 2, judged: steps("transparent", step{alerts.SaturationR, colourWarn})},
		).linked(toTarget(TargetUID, "Open the target")).size(24, 7),
		graph("Load, and where it broke", about{"Tokens per minute over time; points mark the times at which the TTFT objective did not hold.",
			"a point at a load that held before is an incident, not the limit.", "firsttoken_tokens_total, target_slo:firsttoken_slo_bad:ratio30m"},
			ask(loadNow, "{{target}}"), ask(`max by (target) (`+broken+`)`, "{{target}} too slow")).
			unit("short").fromZero().size(12, 8).
			query("B", set("custom.drawStyle", "points"), set("custom.pointSize", 6), coloured(colourWorst)),
		graph("Load in 30 days", about{"Tokens per minute, and the line of the range carried 30 days on from each instant.", "load grows. It is left out where the range is shorter than three days, and is no forecast where it is shorter than a few weeks.", "firsttoken_tokens_total"},
			ask(loadNow, "{{target}}"), ask("max by (target) (predict_linear(("+load30+")[$__range:30m], 30 * 86400)) > 0 and on () ("+longEnough+")", "{{target}} in 30 d")).
			unit("short").fromZero().size(12, 8).query("B", set("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{4, 8}})),
	}
}

func efficiencyPanels() []panel {
	gpus := `(count by (target) (target_uuid:gpu:mapped{TGT}) or sum by (target) (target_hostengine:gpu:mapped{TGT} * on (hostengine) group_left () count by (hostengine) (gpu:power_watts)))`
	return []panel{
		graph("TPM per GPU", about{"Our tokens per minute by the GPUs that the configuration gives the target: its capacity only where we are its whole load.",
			"load, or the number of GPUs.", "firsttoken_tokens_total, target_uuid:gpu:mapped"},
			ask("("+tokensPerMinute+")\n/ on (target)\n"+gpus, "{{target}}")).unit("short").fromZero().otherwise("No GPUs known"),
		graph("Tokens per joule", about{"Our tokens, input and output, by the energy of the target's GPUs. The energy is all that they did, the tokens are only ours.",
			"idle GPUs take a fifth of their power for nothing: load raises it until the power limit.", "firsttoken_tokens_total, target:gpu_energy_watts:rate5m"},
			ask("(("+tokensPerMinute+") / 60)\n/ on (target)\n(max by (target) (target:gpu_energy_watts:rate5m{TGT}) > 0)", "{{target}}")).unit("suffix: tok/J", 1).fromZero().otherwise("No GPUs known"),
		graph("Dollars per million tokens", about{"What a million tokens of the measured mix cost by the target's own price list; by rented GPUs, at this load; and at the reference prices, for the same mix. Where the targets are several, each has its own mix.",
			"the share of cached input, above all.", "firsttoken_cost_dollars_total, firsttoken_tokens_total"},
			ask(ownPrice, "{{target}}, billed"), ask(rentedPrice(gpus), "{{target}}, rented GPUs"), ask(referencePrice("target"), "{{target}}, at the reference")).
			unit("currencyUSD", 2).fromZero().like(".*reference", set("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{10, 10}})),
	}
}
