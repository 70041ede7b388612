package dashboards

// spendingPanels show what probing costs: money and tokens of the budget, and room in the engine's prefix cache.
func spendingPanels() []panel {
	return []panel{budgetSpent(), costByBothCounts(), residentTokens()}
}

func budgetSpent() panel {
	share := func(unit string) string {
		return "max by (target, period) (firsttoken_budget_spent_" + unit + "{SEL}" +
			" / (firsttoken_budget_limit_" + unit + "{SEL} > 0))"
	}
	mark := func(at string) string { return at + " + 0 * max by (target) (firsttoken_budget_level{SEL})" }
	return graph("Spent of the probing budget", about{
		means: "What is spent of each cap of the calendar day and month, requests on their way at their worst case." +
			" From 80 % on the load is the sentinel's, at 100 % nothing is sent.",
		moves: "it rises through the day and the month, and falls to 0 at the start of the next.",
		metric: "firsttoken_budget_spent_dollars, firsttoken_budget_limit_dollars, firsttoken_budget_spent_tokens, " +
			"firsttoken_budget_limit_tokens, firsttoken_budget_level",
	},
		ask(share("dollars"), "dollars, {{period}}"),
		ask(share("tokens"), "tokens, {{period}}"),
		ask(mark("0.8"), "sentinel's level"),
		ask(mark("1"), "nothing is sent"),
	).unit("percentunit").fromZero().limit("C").limit("D")
}

func costByBothCounts() panel {
	hourly := func(counter string) string { return "3600 * sum by (target) (rate(" + counter + "{SEL}[NOW]))" }
	return graph("Cost, reported and by our own count", about{
		means: "Dollars an hour by the usage that the server reports, and by our own count of the same requests." +
			" The budget is charged by the larger of both.",
		moves:  "they part when the server misreports its tokens; an alert fires where one is twice the other.",
		metric: "firsttoken_cost_dollars_total, firsttoken_estimated_cost_dollars_total",
	},
		ask(hourly("firsttoken_cost_dollars_total"), "reported"),
		ask(hourly("firsttoken_estimated_cost_dollars_total"), "own count"),
	).unit("currencyUSD").fromZero().coloursOf(colours{"reported": colourEngine, "own count": colourClient})
}

func residentTokens() panel {
	return graph("Tokens held in the prefix cache", about{
		means:  "What the server's prefix cache may hold for our sessions, and cannot hold for its users.",
		moves:  "sessions grow, end and are compacted; a slow engine keeps more of them busy.",
		metric: "firsttoken_resident_tokens",
	},
		ask("max by (target) (firsttoken_resident_tokens{SEL})", "{{target}}"),
	).unit("short").fromZero()
}
