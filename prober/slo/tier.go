package slo

import "fmt"

// Tier is a ready set of objectives with a name.
type Tier struct {
	Name       string
	Objectives map[Name]Objective
}

// Tiers are the service levels of a public benchmark of coding agents, AA-AgentPerf (Artificial
// Analysis, June 2026): a bound on the 95th percentile of TTFT and one on the 25th of output speed.
//
//	P95 TTFT ≤ 5 s          95 % of first tokens within 5 s
//	P25 speed ≥ 60 tokens/s  75 % of streams at 60 tokens/s or more
//
// A tier is named after the model that it was set for and its output speed. What it leaves open,
// availability and recall, stays as the target's profile has it.
func Tiers() []Tier {
	const deepseek, gptOSS = "agentperf-deepseek-v4-pro", "agentperf-gpt-oss-120b"
	return []Tier{
		tier(deepseek, 20, 10), tier(deepseek, 60, 5), tier(deepseek, 180, 3),
		tier(gptOSS, 100, 5), tier(gptOSS, 250, 3), tier(gptOSS, 500, 2), tier(gptOSS, 2000, 1),
	}
}

func tier(model string, tokensPerSecond, seconds float64) Tier {
	return Tier{
		Name: fmt.Sprintf("%s-%g", model, tokensPerSecond),
		Objectives: map[Name]Objective{
			TTFT: {Ratio: 0.95, Threshold: seconds},
			TPS:  {Ratio: 0.75, Threshold: tokensPerSecond},
		},
	}
}

// TierNamed finds a tier.
func TierNamed(name string) (Tier, bool) {
	for _, t := range Tiers() {
		if t.Name == name {
			return t, true
		}
	}
	return Tier{}, false
}
