package dashboards

import "github.com/firsttoken/firsttoken/alerts"

func gpuLimits() []panel {
	return []panel{smClock(), clockSpread(), clockEventsByReason(), power(), temperature(), stragglers()}
}

func smClock() panel {
	return graph("SM clock", about{
		means:  "Clock of each GPU's multiprocessors; dashed, the highest that they support.",
		moves:  "power, heat, or an administrator lowers it: see the reasons.",
		metric: "gpu:sm_clock_hertz, gpu:sm_clock_max_hertz",
	},
		ask("gpu:sm_clock_hertz{NODE}", gpuName),
		ask("max(gpu:sm_clock_max_hertz{NODE})", "highest"),
	).unit("hertz").limit("B")
}

func clockSpread() panel {
	return graph("Clock spread", about{
		means: "How far the slowest GPU's clock lies below the median of its node. A tensor-parallel group goes" +
			" at the pace of its slowest.",
		moves:  "one GPU is throttled.",
		metric: "gpu:sm_clock_hertz",
	},
		ask(
			"1 - min by (hostengine) (gpu:sm_clock_hertz{NODE})"+
				" / quantile by (hostengine) (0.5, gpu:sm_clock_hertz{NODE})",
			"{{hostengine}}",
		),
	).unit("percentunit", 1).fromZero()
}

func clockEventsByReason() panel {
	return graph("Clock events by reason", about{
		means: "Share of time with lowered clocks, by reason, of the GPU that has most of it. A power cap is" +
			" normal in prefill at full power; heat and the power brake are not.",
		moves:  "power or cooling is short.",
		metric: "gpu:clock_event_ratio:rate5m",
	},
		ask("max by (reason) (gpu:clock_event_ratio:rate5m{NODE})", "{{reason}}"),
	).unit("percentunit").fromZero().
		coloursOf(colours{"power_cap": colourWarn, "thermal_or_brake": colourWorst})
}

func power() panel {
	return graph("Power", about{
		means:  "Power of each GPU; dashed, the enforced limit.",
		moves:  "prefill takes most; at the limit, clocks fall.",
		metric: "gpu:power_watts, gpu:power_limit_watts",
	},
		ask("gpu:power_watts{NODE}", gpuName),
		ask("max(gpu:power_limit_watts{NODE})", "limit"),
	).unit("watt").fromZero().limit("B")
}

func temperature() panel {
	return graph("Temperature", about{
		means:  "Temperature of each GPU's die, and the hottest memory.",
		moves:  "load and cooling.",
		metric: "gpu:temperature_celsius, gpu:memory_temperature_celsius",
	},
		ask("gpu:temperature_celsius{NODE}", gpuName),
		ask("max(gpu:memory_temperature_celsius{NODE})", "hottest memory"),
	).unit("celsius").forSeries("hottest memory", coloured(colourBad))
}

func stragglers() panel {
	return graph("Stragglers", about{
		means:  "How far the least busy GPU of a node lies behind the busiest, in activity and in power.",
		moves:  "a replica is broken, or one GPU of a group waits for a slow one.",
		metric: "hostengine:gpu_sm_active_spread:ratio10m, hostengine:gpu_power_spread:ratio10m",
	},
		ask(`hostengine:gpu_sm_active_spread:ratio10m{hostengine=~"$hostengine"}`, "{{hostengine}} activity"),
		ask(`hostengine:gpu_power_spread:ratio10m{hostengine=~"$hostengine"}`, "{{hostengine}} power"),
		ask("vector("+number(alerts.StragglerSpread)+")", "a straggler"),
	).unit("percentunit").fromZero().limit("C")
}
