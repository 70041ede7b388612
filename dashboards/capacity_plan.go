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
		numberBox("engineers", "Engineers", "30", "People in the team."),
		numberBox("tpm_per_engineer", "TPM each", "50000",
			"Input tokens per minute of one engineer's agents while they work."),
		numberBox("hours", "Hours a day", "5", "In which they do."),
		numberBox("days", "Days a year", "250", "On which they do."),
		numberBox("prompt_tokens", "Prompt", "88000",
			"Tokens of a mean prompt; with the answer, this gives the output's share."),
		numberBox("answer_tokens", "Answer", "450", "Tokens of a mean answer."),
		numberBox("own_input", "Own $/M input", "1.2",
			"Own price of uncached input, in the calculation below."+
				" Measured costs use the targets' configured prices."),
		numberBox("own_cached", "Own $/M cached", "0.2", "Own price of cached input."),
		numberBox("own_output", "Own $/M output", "4.5", "Own price of output."),
		numberBox("ref_input", "Ref. $/M input", "5",
			"Reference price of uncached input; cache writes are counted at this price."),
		numberBox("ref_cached", "Ref. $/M cached", "0.5", "Reference price of cached input."),
		numberBox("ref_output", "Ref. $/M output", "25", "Reference price of output."),
		numberBox("gpu_hour", "$ per GPU hour", "4", "Price of a rented GPU."),
	}
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
	return fmt.Sprintf("%s * ((1 - %s) * $%s_input + %s * $%s_cached) + %s * $%s_output",
		yearInput, h, list, h, list, yearOutput, list)
}

// yearlyDifference is the PromQL of what the reference's year costs more than one's own, with a share
// cached of the input served from a cache on both sides. With the defaults and nothing cached it is
// 439,294 dollars: Together publishes 438,000 to 440,000, having rounded the price of a request.
func yearlyDifference(cached string) string {
	return "vector((" + year("ref", cached) + ") - (" + year("own", cached) + "))"
}

// whileMeasured drops what would be NaN: scalar() of nothing is.
func whileMeasured(expr string) string { return expr + "\nand on ()\n" + cachedShare }
