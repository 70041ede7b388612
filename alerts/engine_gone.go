package alerts

import "time"

// Of the alert that an engine's own metrics are gone.
const (
	goneMemory = Window("1d") // for which the engine's metrics are missed once they are gone
	goneAnswer = Window("15m")
	goneFor    = 15 * time.Minute
)

// engineMetricsGone is about a target that answers, since an engine that is down says nothing of itself. Pages of
// engines are those that Prometheus scrapes with the label target, less those of dcgm-exporter.
func (b builder) engineMetricsGone() alert {
	return alert{
		name: "EngineMetricsGone", severity: Ticket, component: engine,
		expr: b.fill(`
(
  sum by ($byEngine) (up{target!="", role!="dcgm"} == bool 0) > 0
or
  last_over_time($running[$memory]) * 0
  unless
    $running
)
and on ($byEngine)
  sum by ($byEngine) (increase(firsttoken_requests_total{outcome="ok"}[$answer])) > 0`, values{
			"running": RunningRecord, "memory": string(goneMemory), "answer": string(goneAnswer),
		}),
		wait: goneFor, keep: burnKeep,
		summary: "The engine behind {{ $labels.target }} says nothing of itself any more",
		details: "{{ $value }} of its metrics pages cannot be read (0: all can, and the engine's series are no longer in" +
			" them). The target answers; queue, KV cache and load of the engine are not known.",
		by:        b.byEngine,
		action:    "Open the engine's metrics page from Prometheus' host; Prometheus shows the scrape's error under Targets.",
		dashboard: endpointDashboard,
	}
}
