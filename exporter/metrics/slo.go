package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// objectives are data, so that one static set of rules serves every target. A target has series
// only for the objectives that it was given.
type objectives struct {
	events, bad      series.Vec[prometheus.Counter]
	ratio, threshold series.Vec[prometheus.Gauge]
}

func newObjectives(s *series.Registry) objectives {
	labels := []series.Label{{Name: "slo", Values: series.Values(slo.Names())}}
	return objectives{
		events: s.CounterVec(series.Family{Name: "slo_events_total", Labels: labels,
			Help: "Events judged against an objective, exactly and one by one."}),
		bad: s.CounterVec(series.Family{Name: "slo_bad_events_total", Labels: labels,
			Help: "Events that missed their objective. A late first token is counted when its threshold passes, not when it comes; failures and timeouts are bad."}),
		ratio: s.GaugeVec(series.Family{Name: "slo_objective_ratio", Unit: "ratio", Labels: labels,
			Help: "Share of events that must be good."}),
		threshold: s.GaugeVec(series.Family{Name: "slo_threshold", Labels: []series.Label{{Name: "slo", Values: series.Values([]slo.Name{slo.TTFT, slo.TPS})}},
			Help: "What separates good from bad: seconds for ttft, tokens per second for tps."}),
	}
}

// objectiveOf are the counters of one target and indicator.
type objectiveOf struct{ events, bad prometheus.Counter }

func (o objectives) create(target string, configured map[slo.Name]slo.Objective) map[slo.Name]objectiveOf {
	of := make(map[slo.Name]objectiveOf, len(configured))
	for name, objective := range configured {
		of[name] = objectiveOf{o.events.Single(target, string(name)), o.bad.Single(target, string(name))}
		o.ratio.Single(target, string(name)).Set(objective.Ratio)
		if objective.Threshold > 0 {
			o.threshold.Single(target, string(name)).Set(objective.Threshold)
		}
	}
	return of
}

func (o objectives) delete(target string) {
	o.events.Delete(target)
	o.bad.Delete(target)
	o.ratio.Delete(target)
	o.threshold.Delete(target)
}

func (o objectiveOf) observe(j prober.Judged) {
	o.events.Inc()
	if j.Bad {
		o.bad.Inc()
	}
}
