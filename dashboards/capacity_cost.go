package dashboards

func costPanels() []panel {
	return []panel{yearlyDifferences(), ownYear(), referenceYear(), measuredMix()}
}

func yearlyDifferences() panel {
	return ranking("Difference in a year, by what is cached", about{
		means: "What the team's year costs more at the reference prices than at its own, with the same share of" +
			" input served from a prefix cache on both sides. The defaults are Together's published example," +
			" 30 engineers: 438,000 dollars a year with caching off on both sides, of which caching at 90 %" +
			" leaves a fifth.",
		moves:  "you change the numbers at the top; the last bar follows the measured share.",
		metric: "firsttoken_tokens_total",
	},
		differences()...,
	).unit("currencyUSD", 0).size(10, 9)
}

// differences are the yearly difference at shares of cached input that are usual, and at the measured one.
func differences() []query {
	var all []query
	for _, s := range []struct{ share, name string }{
		{share: "0", name: "nothing cached"},
		{share: "0.5", name: "50 % cached"},
		{share: "0.85", name: "85 % cached"},
		{share: "0.9", name: "90 % cached"},
		{share: "0.96", name: "96 % cached"},
	} {
		all = append(all, ask(yearlyDifference(s.share), s.name))
	}
	return append(all, ask(whileMeasured(yearlyDifference(cachedOfAll)), "as measured here"))
}

// yearlyCosts are a year's costs by a price list, without a cache and with the measured one.
func yearlyCosts(list string) []query {
	return []query{
		ask("vector("+year(list, "0")+")", "nothing cached"),
		ask(whileMeasured("vector("+year(list, cachedOfAll)+")"), "as measured here"),
	}
}

func ownYear() panel {
	return tile("Own year", about{
		means:  "The team's year at its own prices.",
		moves:  "you change the numbers at the top.",
		metric: "firsttoken_tokens_total",
	},
		yearlyCosts("own")...,
	).unit("currencyUSD", 0).size(4, 9)
}

func referenceYear() panel {
	return tile("Reference year", about{
		means:  "The team's year at the reference prices.",
		moves:  "you change the numbers at the top.",
		metric: "firsttoken_tokens_total",
	},
		yearlyCosts("ref")...,
	).unit("currencyUSD", 0).size(4, 9)
}

func measuredMix() panel {
	return tile("Measured mix", about{
		means: "The share of input that was served from prefix caches in the last hour, of all chosen targets," +
			" and the input tokens to one of output.",
		moves:  "sessions are longer or shorter, or caches lose them.",
		metric: "firsttoken_tokens_total",
	},
		ask(cachedShare, "cached"),
		ask("sum("+inputTokens+") / ("+outputOfAll+" > 0)", "input to output"),
	).unit("percentunit", 0).forQuery("B", set("unit", "suffix: : 1"), set("decimals", 0)).size(6, 9)
}
