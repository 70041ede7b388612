package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// byGPU is the worst value of each GPU, where several exporters measure it.
func byGPU(expr string) string { return "max by (hostengine, gpu) (" + expr + ")" }

func gpuHealth() []panel {
	return []panel{gpuStates(), gpuCauses(), gpusSeen(), gpuTable()}
}

// gpuStates is 0 for a GPU that is well, 1 for one that is held back, 2 for one that is broken.
func gpuStates() panel {
	broken := byGPU("(gpu:xid_errors:increase10m{NODE} > bool 0) or (gpu:row_remap_failed{NODE} > bool 0)")
	uncorrectable := byGPU("gpu:ecc_uncorrectable_errors:increase1h{NODE} > bool 0")
	heldBack := byGPU("gpu:throttle_ratio:rate5m{NODE} > bool " + number(alerts.ThrottleRatio))
	return states("GPU health", about{
		means: "Each GPU: well; held back by heat or the power brake; or broken: an XID error, an uncorrectable" +
			" memory error, a failed row remap.",
		moves: "hardware and cooling.",
		metric: "gpu:throttle_ratio:rate5m, gpu:xid_errors:increase10m," +
			" gpu:ecc_uncorrectable_errors:increase1h, gpu:row_remap_failed",
	},
		ask("clamp_max(\n  2 * "+broken+"\n+\n  2 * "+uncorrectable+"\n+\n  "+heldBack+",\n  2\n)", gpuName),
	).valueNames(
		valueName{"0", "Well", colourGood},
		valueName{"1", "Held back", colourWarn},
		valueName{"2", "Broken", colourWorst},
	).unit("none").noData(noGPUs)
}

func gpuCauses() panel {
	return states("Causes that reach the target", about{
		means:  "Trouble of GPUs that the configuration gives this target, by cause, as the GPU alert reads it.",
		moves:  "see the alert's runbook.",
		metric: alerts.GPUDegradedRecord,
	},
		ask("max by (target, cause) ("+alerts.GPUDegradedRecord+"{TGT} > bool 0)", "{{cause}}"),
	).valueNames(valueName{"1", "In trouble", colourWorst}).unit("none").noData("None").size(24, 5)
}

func gpuTable() panel {
	return tableOf("GPUs", about{
		means:  "Each GPU now, the worst first.",
		moves:  "see the panels above.",
		metric: "gpu:clock_ratio, gpu:power_watts, gpu:temperature_celsius",
	},
		[]heading{{"hostengine", "Node"}, {"gpu", "GPU"}},
		column{title: "SM active", expr: byGPU("gpu:sm_active_ratio{NODE}"), unit: "percentunit"},
		column{title: "Tensor active", expr: byGPU("gpu:tensor_active_ratio{NODE}"), unit: "percentunit"},
		column{title: "Memory active", expr: byGPU("gpu:dram_active_ratio{NODE}"), unit: "percentunit"},
		column{
			title: "Clock, of highest", expr: byGPU("gpu:clock_ratio{NODE}"), unit: "percentunit",
			thresholds: steps(colourWorst, step{0.6, colourWarn}, step{0.8, colourClear}),
		},
		column{title: "Power, of limit", expr: byGPU("gpu:power_limit_ratio{NODE}"), unit: "percentunit"},
		column{title: "Temperature", expr: byGPU("gpu:temperature_celsius{NODE}"), unit: "celsius"},
		column{
			title: "Held back", expr: byGPU("gpu:throttle_ratio:rate5m{NODE}"), unit: "percentunit", decimals: 1,
			thresholds: steps(colourClear, step{alerts.ThrottleRatio, colourWorst}),
		},
		column{
			title: "Memory used", unit: "percentunit",
			expr: byGPU("gpu:memory_used_bytes{NODE} / gpu:memory_capacity_bytes{NODE}"),
		},
		column{
			title: "XIDs, 10 m", expr: byGPU("gpu:xid_errors:increase10m{NODE}"), unit: "none",
			thresholds: steps(colourClear, step{0.5, colourWorst}),
		},
	).sortedBy("Clock, of highest", false)
}

func gpusSeen() panel {
	return graph("GPUs seen, and lost", about{
		means: "GPUs of each node that something watches, those of them that are lost, and the number of the last XID" +
			" error of each.",
		moves:  "a GPU fell off the bus, or the telemetry of a whole node ends.",
		metric: "gpu:temperature_celsius, gpu:lost:bool, dcgm_up, gpu:last_xid",
	},
		ask(`count by (hostengine) (gpu:temperature_celsius{NODE})`, "{{hostengine}} seen"),
		ask(`sum by (hostengine) (gpu:lost:bool{NODE}) or 0 * count by (hostengine) (gpu:temperature_celsius{NODE})`,
			"{{hostengine}} lost"),
		ask(`max by (hostengine) (dcgm_up{hostengine=~"$hostengine"})`, "{{hostengine}} telemetry up"),
		ask(`max by (hostengine, gpu) (gpu:last_xid{NODE}) > 0`, gpuName+" last XID"),
	).unit("none").fromZero().rightAxis("D", "none", "XID").noData(noGPUs).size(24, 6)
}
