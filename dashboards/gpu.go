package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/firsttoken/firsttoken/alerts"
)

// gpus sets the GPUs beside what the target's user feels. It reads the gpu:* records, which are filled
// from this program's own DCGM client or from dcgm-exporter, whichever there is.
func gpus() Dashboard {
	return page{
		uid: GPUUID, title: "firsttoken / GPU", from: "now-6h", annotations: append(events(), gpuEvents()...),
		variables: append(scopeOfOne(),
			labelValues("hostengine", "Node", `target_hostengine:gpu:mapped{target=~"$target"}`, "hostengine", "", "Host engines that watch the target's GPUs."),
			labelValues("gpu", "GPU", `gpu:power_watts{hostengine=~"$hostengine"}`, "gpu", ".*", "GPU of the node."),
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

// withoutGPUs makes panels say why they are empty: a target's GPUs may be nobody's to watch.
func withoutGPUs(panels []panel) []panel {
	for i := range panels {
		if *panels[i].FieldConfig.Defaults.NoValue == noTraffic {
			panels[i] = panels[i].otherwise("No GPUs known")
		}
	}
	return panels
}

const gpuName = "{{hostengine}} {{gpu}}"

func gpuBesideLatency() []panel {
	return []panel{
		graph("TTFT over activity", about{"p95 of time to first token on the left; on the right, the share of time in which tensor cores and memory were busy, the mean of the target's GPUs.",
			"TTFT rises with tensor activity: prefill is the limit. With memory alone: decode. With neither: the cause is not here, look at router, queue and network.", "firsttoken_ttft_seconds, target:gpu_tensor_active_ratio:avg, target:gpu_dram_active_ratio:avg, target:gpu_sm_active_ratio:avg"},
			ask(ttft().quantile(0.95, "target", ""), "p95"), ask("target:gpu_tensor_active_ratio:avg{TGT}", "tensor"), ask("target:gpu_dram_active_ratio:avg{TGT}", "memory"), ask("target:gpu_sm_active_ratio:avg{TGT}", "any work")).
			unit("s").fromZero().quantileColours().
			rightAxis("B", "percentunit", "active").rightAxis("C", "percentunit", "active").rightAxis("D", "percentunit", "active").
			coloursOf(map[string]string{"tensor": "orange", "memory": "green", "any work": "text"}).size(12, 10),
		graph("Load", about{"Our tokens per minute, and the engine's running and waiting requests.", "the set-point or other users' traffic changes.", "firsttoken_tokens_total, " + alerts.RunningRecord + ", " + alerts.WaitingRecord},
			ask(tokensPerMinute, "TPM"), ask(alerts.RunningRecord+"{TGT}", "running"), ask(alerts.WaitingRecord+"{TGT}", "waiting")).
			unit("short").fromZero().rightAxis("B", "none", "requests").rightAxis("C", "none", "requests").size(6, 10),
		tile("Energy", about{"Energy of the target's GPUs by our output tokens: true where this prober is their whole load, an upper bound elsewhere.", "load, and what the GPUs do besides.", "target:gpu_joules_per_output_token:rate5m, target:gpu_power_watts:sum"},
			ask("target:gpu_joules_per_output_token:rate5m{TGT}", "per output token"), ask("target:gpu_power_watts:sum{TGT}", "power")).
			unit("suffix: J", 0).query("B", set("unit", "watt")).otherwise("No GPUs known").size(6, 10),
	}
}

func gpuLimits() []panel {
	return []panel{
		graph("SM clock", about{"Clock of each GPU's multiprocessors; dashed, the highest that they support.", "power, heat, or an administrator lowers it: see the reasons.", "gpu:sm_clock_hertz, gpu:sm_clock_max_hertz"},
			ask("gpu:sm_clock_hertz{NODE}", gpuName), ask("max(gpu:sm_clock_max_hertz{NODE})", "highest")).unit("hertz").limit("B"),
		graph("Clock spread", about{"How far the slowest GPU's clock lies below the median of its node. A tensor-parallel group goes at the pace of its slowest.", "one GPU is throttled.", "gpu:sm_clock_hertz"},
			ask("1 - min by (hostengine) (gpu:sm_clock_hertz{NODE}) / quantile by (hostengine) (0.5, gpu:sm_clock_hertz{NODE})", "{{hostengine}}")).unit("percentunit", 1).fromZero(),
		graph("Clock events by reason", about{"Share of time with lowered clocks, by reason, of the GPU that has most of it. A power cap is normal in prefill at full power; heat and the power brake are not.", "power or cooling is short.", "gpu:clock_event_ratio:rate5m"},
			ask("max by (reason) (gpu:clock_event_ratio:rate5m{NODE})", "{{reason}}")).unit("percentunit").fromZero().
			coloursOf(map[string]string{"power_cap": colourWarn, "thermal_or_brake": colourWorst}),
		graph("Power", about{"Power of each GPU; dashed, the enforced limit.", "prefill takes most; at the limit, clocks fall.", "gpu:power_watts, gpu:power_limit_watts"},
			ask("gpu:power_watts{NODE}", gpuName), ask("max(gpu:power_limit_watts{NODE})", "limit")).unit("watt").fromZero().limit("B"),
		graph("Temperature", about{"Temperature of each GPU's die, and the hottest memory.", "load and cooling.", "gpu:temperature_celsius, gpu:memory_temperature_celsius"},
			ask("gpu:temperature_celsius{NODE}", gpuName), ask("max(gpu:memory_temperature_celsius{NODE})", "hottest memory")).unit("celsius").
			named("hottest memory", coloured(colourBad)),
		graph("Stragglers", about{"How far the least busy GPU of a node lies behind the busiest, in activity and in power.", "a replica is broken, or one GPU of a group waits for a slow one.", "hostengine:gpu_sm_active_spread:ratio10m, hostengine:gpu_power_spread:ratio10m"},
			ask(`hostengine:gpu_sm_active_spread:ratio10m{hostengine=~"$hostengine"}`, "{{hostengine}} activity"), ask(`hostengine:gpu_power_spread:ratio10m{hostengine=~"$hostengine"}`, "{{hostengine}} power"), ask("vector("+number(alerts.StragglerSpread)+")", "a straggler")).
			unit("percentunit").fromZero().limit("C"),
	}
}

func gpuLinks() []panel {
	return []panel{
		graph("Framebuffer", about{"Memory in use on each GPU; dashed, what there is. Engines take it at their start: this is no measure of KV pressure.", "an engine restarts (a step), or leaks (a slope).", "gpu:memory_used_bytes, gpu:memory_capacity_bytes"},
			ask("gpu:memory_used_bytes{NODE}", gpuName), ask("max(gpu:memory_capacity_bytes{NODE})", "capacity")).unit("bytes").fromZero().limit("B"),
		graph("NVLink", about{"Bytes per second over all links of each GPU, both ways.", "with tokens; less at the same load is a lost link.", "gpu:nvlink_bytes_per_second:rate5m"},
			ask("gpu:nvlink_bytes_per_second:rate5m{NODE}", gpuName)).unit("Bps").fromZero().otherwise("No NVLink"),
		graph("PCIe", about{"Bytes per second of each GPU, both ways.", "a surge is KV cache on its way to or from the host.", "gpu:pcie_bytes_per_second:rate5m"},
			ask("gpu:pcie_bytes_per_second:rate5m{NODE}", gpuName)).unit("Bps").fromZero(),
	}
}

// gpuHealth is 0 for a GPU that is well, 1 for one that is held back, 2 for one that is broken.
func gpuHealth() []panel {
	const by = "max by (hostengine, gpu) "
	broken := by + "((gpu:xid_errors:increase10m{NODE} > bool 0) or (gpu:row_remap_failed{NODE} > bool 0))"
	return []panel{
		states("GPU health", about{"Each GPU: well; held back by heat or the power brake; or broken: an XID error, an uncorrectable memory error, a failed row remap.",
			"hardware and cooling.", "gpu:throttle_ratio:rate5m, gpu:xid_errors:increase10m, gpu:ecc_uncorrectable_errors:increase1h, gpu:row_remap_failed"},
			ask("clamp_max(\n  2 * "+broken+"\n+\n  2 * "+by+"(gpu:ecc_uncorrectable_errors:increase1h{NODE} > bool 0)\n+\n  "+by+"(gpu:throttle_ratio:rate5m{NODE} > bool "+number(alerts.ThrottleRatio)+"),\n  2\n)", gpuName)).
			words(map[string]dashboard.ValueMappingResult{"0": word("Well", colourGood, 0), "1": word("Held back", colourWarn, 1), "2": word("Broken", colourWorst, 2)}).
			unit("none").otherwise("No GPUs known"),
		states("Causes that reach the target", about{"Trouble of GPUs that the configuration gives this target, by cause, as the GPU alert reads it.", "see the alert's runbook.", alerts.GPUDegradedRecord},
			ask("max by (target, cause) ("+alerts.GPUDegradedRecord+"{TGT} > bool 0)", "{{cause}}")).
			words(map[string]dashboard.ValueMappingResult{"1": word("In trouble", colourWorst, 0)}).unit("none").otherwise("None").size(24, 5),
		grid("GPUs", about{"Each GPU now, the worst first.", "see the panels above.", "gpu:clock_ratio, gpu:power_watts, gpu:temperature_celsius"},
			[][2]string{{"hostengine", "Node"}, {"gpu", "GPU"}},
			column{title: "SM active", expr: by + "(gpu:sm_active_ratio{NODE})", unit: "percentunit"},
			column{title: "Tensor active", expr: by + "(gpu:tensor_active_ratio{NODE})", unit: "percentunit"},
			column{title: "Memory active", expr: by + "(gpu:dram_active_ratio{NODE})", unit: "percentunit"},
			column{title: "Clock, of highest", expr: by + "(gpu:clock_ratio{NODE})", unit: "percentunit", judged: steps(colourWorst, step{0.6, colourWarn}, step{0.8, "transparent"})},
			column{title: "Power, of limit", expr: by + "(gpu:power_limit_ratio{NODE})", unit: "percentunit"},
			column{title: "Temperature", expr: by + "(gpu:temperature_celsius{NODE})", unit: "celsius"},
			column{title: "Held back", expr: by + "(gpu:throttle_ratio:rate5m{NODE})", unit: "percentunit", decimals: 1, judged: steps("transparent", step{alerts.ThrottleRatio, colourWorst})},
			column{title: "Memory used", expr: by + "(gpu:memory_used_bytes{NODE} / gpu:memory_capacity_bytes{NODE})", unit: "percentunit"},
			column{title: "XIDs, 10 m", expr: by + "(gpu:xid_errors:increase10m{NODE})", unit: "none", judged: steps("transparent", step{0.5, colourWorst})},
		).sortedBy("Clock, of highest", false),
	}
}
