package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// gpus sets the GPUs beside what the target's user feels. It reads the gpu:* records, which are filled
// from this program's own DCGM client or from dcgm-exporter, whichever there is.
func gpus() model {
	return page{
		uid: alerts.GPUUID, title: "firsttoken / GPU", from: "now-6h", annotations: append(events(), gpuEvents()...),
		variables: append(scopeOfOne(),
			labelValues{
				name: "hostengine", title: "Node",
				series: `target_hostengine:gpu:mapped{target=~"$target"}`, label: "hostengine",
				description: "Host engines that watch the target's GPUs.",
			}.variable(),
			labelValues{
				name: "gpu", title: "GPU",
				series: `gpu:power_watts{hostengine=~"$hostengine"}`, label: "gpu", all: ".*",
				description: "GPU of the node.",
			}.variable(),
		),
		about: "Is it the GPUs? Time to first token over what they do, what holds them back, and what breaks.",
		sections: []section{
			{title: "Latency beside the GPUs", panels: gpuBesideLatency()},
			{title: "What holds them back", panels: withoutGPUs(gpuLimits())},
			{title: "Memory and links", panels: withoutGPUs(gpuLinks())},
			{title: "Health", panels: gpuHealth()},
		},
	}.dashboard()
}

// noGPUs is what a panel says where nothing watches the target's GPUs.
const noGPUs = "No GPUs known"

// withoutGPUs makes panels say why they are empty.
func withoutGPUs(panels []panel) []panel {
	for i := range panels {
		if *panels[i].FieldConfig.Defaults.NoValue == noTraffic {
			panels[i] = panels[i].noData(noGPUs)
		}
	}
	return panels
}

const gpuName = "{{hostengine}} {{gpu}}"

func gpuBesideLatency() []panel {
	return []panel{ttftOverActivity(), loadBesideGPUs(), energyTile()}
}

func ttftOverActivity() panel {
	return graph("TTFT over activity", about{
		means: "p95 of time to first token on the left; on the right, the share of time in which tensor cores" +
			" and memory were busy, the mean of the target's GPUs.",
		moves: "TTFT rises with tensor activity: prefill is the limit. With memory alone: decode. With neither:" +
			" the cause is not here, look at router, queue and network.",
		metric: "firsttoken_ttft_seconds, target:gpu_tensor_active_ratio:avg, target:gpu_dram_active_ratio:avg," +
			" target:gpu_sm_active_ratio:avg",
	},
		ask(ttftP95(), "p95"),
		ask("target:gpu_tensor_active_ratio:avg{TGT}", "tensor"),
		ask("target:gpu_dram_active_ratio:avg{TGT}", "memory"),
		ask("target:gpu_sm_active_ratio:avg{TGT}", "any work"),
	).unit("s").fromZero().quantileColours().
		rightAxis("B", "percentunit", "active").rightAxis("C", "percentunit", "active").
		rightAxis("D", "percentunit", "active").
		coloursOf(colours{"tensor": "orange", "memory": "green", "any work": "text"}).size(12, 10)
}

func loadBesideGPUs() panel {
	return graph("Load", about{
		means:  "Our tokens per minute, and the engine's running and waiting requests.",
		moves:  "the set-point or other users' traffic changes.",
		metric: "firsttoken_tokens_total, " + alerts.RunningRecord + ", " + alerts.WaitingRecord,
	},
		ask(tokensPerMinute, "TPM"),
		ask(alerts.RunningRecord+"{TGT}", "running"),
		ask(alerts.WaitingRecord+"{TGT}", "waiting"),
	).unit("short").fromZero().rightAxis("B", "none", "requests").rightAxis("C", "none", "requests").size(6, 10)
}

func energyTile() panel {
	return tile("Energy", about{
		means: "Energy of the target's GPUs by our output tokens: true where this prober is their whole load," +
			" an upper bound elsewhere.",
		moves:  "load, and what the GPUs do besides.",
		metric: "target:gpu_joules_per_output_token:rate5m, target:gpu_power_watts:sum",
	},
		ask("target:gpu_joules_per_output_token:rate5m{TGT}", "per output token"),
		ask("target:gpu_power_watts:sum{TGT}", "power"),
	).unit("suffix: J", 0).forQuery("B", set("unit", "watt")).noData(noGPUs).size(6, 10)
}
