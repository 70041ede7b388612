package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// planVariables are a team's numbers and two price lists in dollars per million tokens. Their defaults
// are Together's published example of 2026: 30 engineers at 50,000 tokens per minute each, five hours
// a day, 250 days, prompts of 88,000 tokens and answers of 450, Kimi K2.6 against Claude Opus 4.6.
// The price of cached input of the former is not published and is an estimate.
func planVariables() []dashboard.VariableModel {
	return []dashboard.VariableModel{
		box("engineers", "Engineers", "30", "People in the team."),
		box("tpm_per_engineer", "TPM each", "50000", "Input tokens per minute of one engineer's agents while they work."),
		box("hours", "Hours a day", "5", "In which they do."),
		box("days", "Days a year", "250", "On which they do."),
		box("prompt_tokens", "Prompt", "88000", "Tokens of a mean prompt; with the answer, this gives the output's share."),
		box("answer_tokens", "Answer", "450", "Tokens of a mean answer."),
		box("own_input", "Own $/M input", "1.2", "Own price of uncached input, in the calculation below. Measured costs use the targets' configured prices."),
		box("own_cached", "Own $/M cached", "0.2", "Own price of cached input."),
		box("own_output", "Own $/M output", "4.5", "Own price of output."),
		box("ref_input", "Ref. $/M input", "5", "Reference price of uncached input; cache writes are counted at this price."),
		box("ref_cached", "Ref. $/M cached", "0.5", "Reference price of cached input."),
		box("ref_output", "Ref. $/M output", "25", "Reference price of output."),
		box("gpu_hour", "$ per GPU hour", "4", "Price of a rented GPU."),
	}
}

const (
	million = `sum by (target) (rate(firsttoken_tokens_total{SEL,kind!="reasoning"}[1h]))`
	// ownPrice is of the mix of the last hour, by the target's price list.
	ownPrice = `1e6 * (sum by (target) (rate(firsttoken_cost_dollars_total{SEL}[1h])) > 0)
/
(` + million + ` > 0)`
	inputTokens = `sum by (target) (rate(firsttoken_tokens_total{SEL,kind=~"input_.*"}[1h]))`
	cachedShare = `(sum(rate(firsttoken_tokens_total{SEL,kind="input_cached"}[1h])) / (sum(rate(firsttoken_tokens_total{SEL,kind=~"input_.*"}[1h])) > 0))`
	cachedOfAll = `scalar(` + cachedShare + `)`
)

func rentedPrice(gpus string) string {
	return gpus + " * $gpu_hour / 3600 * 1e6\n/ on (target)\n(" + million + " > 0)"
}

// referencePrice is what a million tokens of the measured mix would cost at the reference's prices.
func referencePrice(by string) string {
	rate := func(kinds string) string {
		return `sum by (` + by + `) (rate(firsttoken_tokens_total{SEL,kind=~"` + kinds + `"}[1h]))`
	}
	return fmt.Sprintf("(\n  $ref_input * %s\n+\n  $ref_cached * %s\n+\n  $ref_output * %s\n)\n/\n(%s > 0)",
		rate("input_uncached|input_cache_write"), rate("input_cached"), rate("output"), million)
}

// yearInput is the team's input of a year in millions of tokens; yearOutput its output.
//
//	30 × 50,000 × 60 × 5 × 250 = 112,500 M;  × 450/88,000 = 575 M
const (
	yearInput  = "$engineers * $tpm_per_engineer * 60 * $hours * $days / 1e6"
	yearOutput = yearInput + " * $answer_tokens / $prompt_tokens"
)

// year is what the team's year costs with a share h of the input served from a cache.
func year(list, h string) string {
	return fmt.Sprintf("%s * ((1 - %s) * $%s_input + %s * $%s_cached) + %s * $%s_output", yearInput, h, list, h, list, yearOutput, list)
}

// yearlyDifference is the PromQL of what the reference's year costs more than one's own, with a share
// cached of the input served from a cache on both sides. With the defaults and nothing cached it is
// 439,294 dollars: Together publishes 438,000 to 440,000, having rounded the price of a request.
func yearlyDifference(cached string) string {
	return "vector((" + year("ref", cached) + ") - (" + year("own", cached) + "))"
}

// whileMeasured drops what would be NaN: scalar() of nothing is.
func whileMeasured(expr string) string { return expr + "\nand on ()\n" + cachedShare }

func costPanels() []panel {
	shares := []struct{ share, name string }{{"0", "nothing cached"}, {"0.5", "50 % cached"}, {"0.85", "85 % cached"}, {"0.9", "90 % cached"}, {"0.96", "96 % cached"}}
	var differences []query
	for _, s := range shares {
		differences = append(differences, ask(yearlyDifference(s.share), s.name))
	}
	differences = append(differences, ask(whileMeasured(yearlyDifference(cachedOfAll)), "as measured here"))
	own := []query{ask("vector("+year("own", "0")+")", "nothing cached"), ask(whileMeasured("vector("+year("own", cachedOfAll)+")"), "as measured here")}
	reference := []query{ask("vector("+year("ref", "0")+")", "nothing cached"), ask(whileMeasured("vector("+year("ref", cachedOfAll)+")"), "as measured here")}
	return []panel{
		ranking("Difference in a year, by what is cached", about{"What the team's year costs more at the reference prices than at its own, with the same share of input served from a prefix cache on both sides. The defaults are Together's published example, 30 engineers: 438,000 dollars a year with caching off on both sides, of which caching at 90 % leaves a fifth.",
			"you change the numbers at the top; the last bar follows the measured share.", "firsttoken_tokens_total"}, differences...).
			unit("currencyUSD", 0).size(10, 9),
		tile("Own year", about{"The team's year at its own prices.", "you change the numbers at the top.", "firsttoken_tokens_total"}, own...).unit("currencyUSD", 0).size(4, 9),
		tile("Reference year", about{"The team's year at the reference prices.", "you change the numbers at the top.", "firsttoken_tokens_total"}, reference...).unit("currencyUSD", 0).size(4, 9),
		tile("Measured mix", about{"The share of input that was served from prefix caches in the last hour, of all chosen targets, and the input tokens to one of output.",
			"sessions are longer or shorter, or caches lose them.", "firsttoken_tokens_total"},
			ask(cachedShare, "cached"), ask("sum("+inputTokens+`) / (sum(rate(firsttoken_tokens_total{SEL,kind="output"}[1h])) > 0)`, "input to output")).
			unit("percentunit", 0).query("B", set("unit", "suffix: : 1"), set("decimals", 0)).size(6, 9),
	}
}
