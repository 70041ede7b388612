package dashboards

import "fmt"

const (
	// Tokens of the last hour per second, by target: the mix that prices are computed for.
	measuredTokens = `sum by (target) (rate(firsttoken_tokens_total{SEL,kind!="reasoning"}[1h]))`
	inputTokens    = `sum by (target) (rate(firsttoken_tokens_total{SEL,kind=~"input_.*"}[1h]))`

	cachedInputOfAll = `sum(rate(firsttoken_tokens_total{SEL,kind="input_cached"}[1h]))`
	inputOfAll       = `sum(rate(firsttoken_tokens_total{SEL,kind=~"input_.*"}[1h]))`
	outputOfAll      = `sum(rate(firsttoken_tokens_total{SEL,kind="output"}[1h]))`
	cachedShare      = "(" + cachedInputOfAll + " / (" + inputOfAll + " > 0))"
	cachedOfAll      = "scalar(" + cachedShare + ")"

	// ownPrice of a million tokens is by the target's price list.
	ownPrice = "1e6 * (sum by (target) (rate(firsttoken_cost_dollars_total{SEL}[1h])) > 0)\n/\n" +
		"(" + measuredTokens + " > 0)"
)

// rentedPrice is what a million tokens cost by the price of the target's GPUs.
func rentedPrice() string {
	return gpuCount + " * $gpu_hour / 3600 * 1e6\n/ on (target)\n(" + measuredTokens + " > 0)"
}

// referencePrice is what a million tokens of the measured mix would cost at the reference's prices.
func referencePrice(by string) string {
	rate := func(kinds string) string {
		return `sum by (` + by + `) (rate(firsttoken_tokens_total{SEL,kind=~"` + kinds + `"}[1h]))`
	}
	return fmt.Sprintf("(\n  $ref_input * %s\n+\n  $ref_cached * %s\n+\n  $ref_output * %s\n)\n/\n(%s > 0)",
		rate("input_uncached|input_cache_write"), rate("input_cached"), rate("output"), measuredTokens)
}
