package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// enginePanels read records that mean the same for every engine.
func enginePanels() []panel {
	return []panel{ttftBesideEngine(), engineQueue(), kvCache(), enginePages()}
}

func ttftBesideEngine() panel {
	return graph("TTFT, ours and the engine's", about{
		means:  "Mean server wait as we measured it, and the engine's own mean time to first token.",
		moves:  "both rise: the engine. Only ours: what stands before it, or the network.",
		metric: "firsttoken_server_wait_seconds, " + alerts.EngineTTFTRecord,
	},
		ask(latency("firsttoken_server_wait_seconds").mean(), "client"),
		ask(alerts.EngineTTFTRecord+"{TGT} >= 0", "engine"),
	).unit("s").fromZero().coloursOf(colours{"client": colourClient, "engine": colourEngine})
}

func engineQueue() panel {
	return graph("Engine queue", about{
		means:  "Requests that wait and requests that run, all replicas together.",
		moves:  "arrivals exceed what the engine can start.",
		metric: alerts.WaitingRecord + ", " + alerts.RunningRecord,
	},
		ask(alerts.WaitingRecord+"{TGT}", "waiting"),
		ask(alerts.RunningRecord+"{TGT}", "running"),
	).unit("none").fromZero().coloursOf(colours{"waiting": colourBad, "running": colourGood})
}

func kvCache() panel {
	return graph("KV cache", about{
		means: "The fullest replica's KV cache in use, the share of prompt tokens found in the prefix cache," +
			" and preemptions in five minutes.",
		moves:  "contexts grow, sessions pile up; full means that prefixes are evicted and requests preempted.",
		metric: alerts.KVRecord + ", " + alerts.HitRecord + ", " + alerts.PreemptedRecord,
	},
		ask(alerts.KVRecord+"{TGT}", "in use"),
		ask(alerts.HitRecord+"{TGT}", "prefix hits"),
		ask(alerts.PreemptedRecord+"{TGT}", "preemptions"),
	).unit("percentunit").fromZero().rightAxis("C", "none", "preemptions, 5 m")
}

func enginePages() panel {
	return graph("Engine metrics pages", about{
		means:  "Pages of the target's engine that Prometheus scrapes, and those of them that it can read.",
		moves:  "an engine is down or moved; its page, its address or its key changed.",
		metric: "up",
	},
		ask(`count by (target) (up{TGT,role!="dcgm"})`, "known"),
		ask(`sum by (target) (up{TGT,role!="dcgm"})`, "read"),
	).unit("none").fromZero().noData("No pages known").size(24, 6)
}
