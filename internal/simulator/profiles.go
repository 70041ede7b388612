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

// together is a low-latency engine with room for some thirty sessions of 121k tokens.
func together() Profile {
	p := base("together")
	p.Frontend = Frontend{FixedMS: 80, PerTokenUS: 3.4}
	p.Step = StepCost{FixedMS: 15, WeightsMS: 9, Saturation: 256, PrefillUS: 12, AttentionNS: 0.12, PrefixNS: 200, DecodeUS: 200, ContextNS: 5}
	return p
}

func tensorRT() Profile {
	p := base("tensorrt-llm")
	p.Frontend = Frontend{FixedMS: 120, PerTokenUS: 5.2}
	p.Step = StepCost{FixedMS: 19.5, WeightsMS: 11, Saturation: 256, PrefillUS: 15, AttentionNS: 0.16, PrefixNS: 500, DecodeUS: 300, ContextNS: 7}
	return p
}

// sglang spends most of its time to first token before and between steps; its prefill path is
// busy enough that it is the first of the three to fall behind.
func sglang() Profile {
	p := base("sglang")
	p.Frontend = Frontend{FixedMS: 600, PerTokenUS: 20}
	p.Step = StepCost{FixedMS: 26, WeightsMS: 14, Saturation: 256, PrefillUS: 22, AttentionNS: 0.3, PrefixNS: 5000, DecodeUS: 400, ContextNS: 9}
	p.Batch.TokenBudget = 8192
	return p
}

func vllm() Profile {
	p := base("vllm")
	p.Speculation = Speculation{}
	p.Frontend = Frontend{FixedMS: 30, PerTokenUS: 1}
	p.Step = StepCost{FixedMS: 9, WeightsMS: 9, Saturation: 96, PrefillUS: 14, AttentionNS: 0.2, PrefixNS: 100, DecodeUS: 20, ContextNS: 6.6}
	p.Batch = Batching{MaxSequences: 256, TokenBudget: 8192}
	return p
}

func fast() Profile {
	p := base("fast")
	p.Frontend = Frontend{FixedMS: 1}
	p.Step = StepCost{FixedMS: 1, PrefillUS: 0.02}
	p.Batch = Batching{MaxSequences: 1024, TokenBudget: 65536}
	p.Cache.CapacityTokens = 64_000_000
	return p
}

// base is what the calibrated engines share: the published set-up drafts 3 tokens and accepts
// about 70 % of them.
func base(name string) Profile {
	return Profile{
		Name:        name,
		Batch:       Batching{MaxSequences: 64, TokenBudget: 4096},
		Cache:       KV{BlockTokens: 64, CapacityTokens: 4_000_000},
		Speculation: Speculation{DraftTokens: 3, Acceptance: 0.7},
		Tokenizer:   Tokenizer{TokensPerWord: 1, TokensPerMessage: 4},
		MaxContext:  262_144,
	}
}
