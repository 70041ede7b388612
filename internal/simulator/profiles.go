package simulator

// Profiles are the built-in engines. The first three are calibrated to published figures (see the
// package comment) and are not measurements; vllm is a plain engine without speculation, of
// plausible constants; fast answers in milliseconds and is for tests.
func Profiles() []Profile {
	return []Profile{together(), tensorRT(), sglang(), vllm(), fast()}
}

// ProfileNamed finds a built-in profile.
func ProfileNamed(name string) (Profile, bool) {
	for _, p := range Profiles() {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

// In the calibrated profiles only a third of the time before the first step grows with the prompt, so
// that the sizes of a load's prompts move the median little.

// together is a low-latency engine with room for some thirty-six sessions of 121k tokens.
func together() Profile {
	p := base("together")
	p.Frontend = Frontend{FixedMS: 410, PerTokenUS: 1.6}
	p.Step = StepCost{
		FixedMS: 16.2, WeightsMS: 9, Saturation: 256, PrefillUS: 12, AttentionNS: 0.12, PrefixNS: 200,
		DecodeUS: 200, ContextNS: 5,
	}
	return p
}

func tensorRT() Profile {
	p := base("tensorrt-llm")
	p.Frontend = Frontend{FixedMS: 660, PerTokenUS: 2.5}
	p.Step = StepCost{
		FixedMS: 20.3, WeightsMS: 11, Saturation: 256, PrefillUS: 13, AttentionNS: 0.13, PrefixNS: 250,
		DecodeUS: 300, ContextNS: 7,
	}
	return p
}

// sglang spends most of its time to first token before its first step. What the published 5.1 s consist of is
// not known. Here they are not a queue at the edge of capacity, whose length would differ from run to run.
func sglang() Profile {
	p := base("sglang")
	p.Frontend = Frontend{FixedMS: 3650, PerTokenUS: 10}
	p.Step = StepCost{
		FixedMS: 24, WeightsMS: 14, Saturation: 256, PrefillUS: 14, AttentionNS: 0.15, PrefixNS: 1000,
		DecodeUS: 400, ContextNS: 9,
	}
	p.Batch.TokenBudget = 8192
	return p
}

func vllm() Profile {
	p := base("vllm")
	p.Speculation = Speculation{}
	p.Frontend = Frontend{FixedMS: 30, PerTokenUS: 1}
	p.Step = StepCost{
		FixedMS: 9, WeightsMS: 9, Saturation: 96, PrefillUS: 14, AttentionNS: 0.2, PrefixNS: 100,
		DecodeUS: 20, ContextNS: 6.6,
	}
	p.Batch = Batching{MaxSequences: 256, TokenBudget: 8192}
	return p
}

func fast() Profile {
	p := base("fast")
	p.Frontend = Frontend{FixedMS: 1}
	p.Step = StepCost{FixedMS: 4, PrefillUS: 0.02}
	p.Speculation = Speculation{DraftTokens: 7, Acceptance: 0.9} // few chunks: tests pay for each
	p.Batch = Batching{MaxSequences: 1024, TokenBudget: 65536}
	p.Cache.CapacityTokens = 64_000_000
	return p
}

// base is what the calibrated engines share. The published set-up drafts 3 tokens and accepts about 70 % of
// them.
func base(name string) Profile {
	return Profile{
		Name:        name,
		Batch:       Batching{MaxSequences: 64, TokenBudget: 4096},
		Cache:       KV{BlockTokens: 64, CapacityTokens: 4_400_000},
		Speculation: Speculation{DraftTokens: 3, Acceptance: 0.7},
		Tokenizer:   Tokenizer{TokensPerWord: 1, TokensPerMessage: 4},
		MaxContext:  262_144,
	}
}
