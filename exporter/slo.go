package exporter

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// objectives are data, so that one static set of rules serves every target. A target has series
// only for the objectives that it was given.
type objectives struct {
	events, bad      series[prometheus.Counter]
	ratio, threshold series[prometheus.Gauge]
}

func newObjectives(s *shelf) objectives {
	labels := []Label{{"slo", texts(slo.Names())}}
	return objectives{
		events: s.counter(Family{Name: "slo_events_total", Labels: labels,
			Help: "Events judged against an objective, exactly and one by one."}),
		bad: s.counter(Family{Name: "slo_bad_events_total", Labels: labels,
			Help: "Events that missed their objective. A late first token is counted when its threshold passes, not when it comes; failures and timeouts are bad."}),
		ratio: s.gauge(Family{Name: "slo_objective_ratio", Unit: "ratio", Labels: labels,
			Help: "Share of events that must be good."}),
		threshold: s.gauge(Family{Name: "slo_threshold", Labels: []Label{{"slo", texts([]slo.Name{slo.TTFT, slo.TPS})}},
			Help: "What separates good from bad: seconds for ttft, tokens per second for tps."}),
	}
}

// objectiveOf are the counters of one target and indicator.
type objectiveOf struct{ events, bad prometheus.Counter }

func (o objectives) born(target string, configured map[slo.Name]slo.Objective) map[slo.Name]objectiveOf {
	of := make(map[slo.Name]objectiveOf, len(configured))
	for name, objective := range configured {
		of[name] = objectiveOf{o.events.child(target, string(name)), o.bad.child(target, string(name))}
		o.ratio.child(target, string(name)).Set(objective.Ratio)
		if objective.Threshold > 0 {
			o.threshold.child(target, string(name)).Set(objective.Threshold)
		}
	}
	return of
}

func (o objectives) forget(target string) {
	o.events.forget(target)
	o.bad.forget(target)
	o.ratio.forget(target)
	o.threshold.forget(target)
}

func (o objectiveOf) observe(j prober.Judged) {
	o.events.Inc()
	if j.Bad {
		o.bad.Inc()
	}
}
