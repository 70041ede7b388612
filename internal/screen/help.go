package screen

// help is the page of the key "?".
func help(s style) []string {
	return []string{
		s.bold("Keys"),
		"  i       an incident now: each time another one, for 45 seconds",
		"  ?, h    this page; again, or Esc: back",
		"  q       quit, with a summary; so does Ctrl-C",
		"",
		s.bold("What you see"),
		"  TPM     input tokens a minute, by the server's count, over the set-point",
		"  TTFT    seconds to the first token, over the last ten minutes: warm, where",
		"          the engine's prefix cache should have the history; cold, where not",
		"  TPS     output tokens a second, as one user sees them stream",
		"  OK ERR  answers, and requests that failed",
		"  SKIP    slots of the schedule that could not be used, and why below",
		"  OBJECTIVES  red where a smaller share was good than is asked for",
		"  burns 4x    bad events come four times as fast as the objective allows",
		"",
		s.bold("What it is"),
		"  Three simulated engines, probed over real HTTP. They start with the prompts",
		"  of a running load in their caches, as after a day; no clock runs faster.",
		"  All times are measured; those of the engines are a model's, calibrated to",
		"  published figures. docs/simulator.md says what is modelled.",
	}
}
