package dashboards

const (
	// gpuCount is the number of a target's GPUs, which its configuration gives by themselves or by node.
	gpuCount = "(count by (target) (target_uuid:gpu:mapped{TGT})" +
		" or sum by (target) (target_hostengine:gpu:mapped{TGT}" +
		" * on (cluster, region, hostengine) group_left () count by (cluster, region, hostengine) (gpu:power_watts)))"
	gpuWatts = "(max by (target) (target:gpu_energy_watts:rate5m{TGT}) > 0)"
)

func efficiencyPanels() []panel {
	return []panel{tpmPerGPU(), tokensPerJoule(), dollarsPerMillion()}
}

func tpmPerGPU() panel {
	return graph("TPM per GPU", about{
		means: "Our tokens per minute by the GPUs that the configuration gives the target: its capacity only" +
			" where we are its whole load.",
		moves:  "load, or the number of GPUs.",
		metric: "firsttoken_tokens_total, target_uuid:gpu:mapped",
	},
		ask("("+tokensPerMinute+")\n/ on (target)\n"+gpuCount, "{{target}}"),
	).unit("short").fromZero().noData(noGPUs)
}

func tokensPerJoule() panel {
	return graph("Tokens per joule", about{
		means: "Our tokens, input and output, by the energy of the target's GPUs. The energy is all that they" +
			" did, the tokens are only ours.",
		moves:  "idle GPUs take a fifth of their power for nothing: load raises it until the power limit.",
		metric: "firsttoken_tokens_total, target:gpu_energy_watts:rate5m",
	},
		ask("(("+tokensPerMinute+") / 60)\n/ on (target)\n"+gpuWatts, "{{target}}"),
	).unit("suffix: tok/J", 1).fromZero().noData(noGPUs)
}

func dollarsPerMillion() panel {
	return graph("Dollars per million tokens", about{
		means: "What a million tokens of the measured mix cost by the target's own price list; by rented GPUs," +
			" at this load; and at the reference prices, for the same mix. Where the targets are several, each" +
			" has its own mix.",
		moves:  "the share of cached input, above all.",
		metric: "firsttoken_cost_dollars_total, firsttoken_tokens_total",
	},
		ask(ownPrice, "{{target}}, billed"),
		ask(rentedPrice(), "{{target}}, rented GPUs"),
		ask(referencePrice("target"), "{{target}}, at the reference"),
	).unit("currencyUSD", 2).fromZero().forMatching(".*reference", dashed(10, 10))
}
