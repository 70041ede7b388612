package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// objectiveRows hold objectives and verdicts as data, so that one static set of rules serves every target. A target
// has series for the objectives that it was given and no others.
func objectiveRows() []row {
	all, withThreshold, timed := slo.Names(), []slo.Name{slo.TTFT, slo.TPS}, []slo.Name{slo.TTFT, slo.TPS}
	label := series.LabelOf("slo", all...)
	return []row{
		{when: otherEvents, only: hasObjective, update: countBy(all, objectiveOf), family: series.Family{
			Type: series.TypeCounter, Name: "slo_events_total", Labels: []series.Label{label},
			Help: "Events judged against an objective, exactly and one by one.",
		}},
		{when: otherEvents, only: hasObjective, update: countBy(all, missedObjectiveOf), family: series.Family{
			Type: series.TypeCounter, Name: "slo_bad_events_total", Labels: []series.Label{label},
			Help: "Events that missed their objective. A late first token is counted when its threshold passes, " +
				"not when it comes; failures and timeouts are bad.",
		}},
		{when: otherEvents, only: hasObjective, update: countBy(timed, doubtedObjectiveOf), family: series.Family{
			Type: series.TypeCounter, Name: "slo_doubted_events_total", Labels: []series.Label{series.LabelOf("slo", timed...)},
			Help: "Verdicts on latency that were given while this process doubted its own numbers. " +
				"They are not part of firsttoken_slo_events_total, so no window holds them.",
		}},
		{when: otherEvents, only: hasObjective, update: fixed(all, ratioOf), family: series.Family{
			Type: series.TypeGauge, Name: "slo_objective_ratio", Unit: "ratio", Labels: []series.Label{label},
			Help: "Share of events that must be good.",
		}},
		{when: otherEvents, only: hasThreshold, update: fixed(withThreshold, thresholdOf), family: series.Family{
			Type: series.TypeGauge, Name: "slo_threshold",
			Labels: []series.Label{series.LabelOf("slo", withThreshold...)},
			Help:   "What separates good from bad: seconds for ttft, tokens per second for tps.",
		}},
	}
}

func hasObjective(t prober.Target, values []string) bool {
	_, ok := t.SLOs[slo.Name(values[0])]
	return ok
}

func hasThreshold(t prober.Target, values []string) bool {
	return t.SLOs[slo.Name(values[0])].Threshold > 0
}

// objectiveOf is no objective for a verdict that rests on an estimate or is in doubt, nor for any other event.
func objectiveOf(o *observation) slo.Name {
	if e, ok := o.event.(prober.Judged); ok && !e.Estimated && !e.Doubted {
		return e.SLO
	}
	return ""
}

// missedObjectiveOf is no objective for a good event, nor for any other.
func missedObjectiveOf(o *observation) slo.Name {
	if e, ok := o.event.(prober.Judged); ok && e.Bad {
		return objectiveOf(o)
	}
	return ""
}

// doubtedObjectiveOf is no objective for a verdict that counts, nor for any other event.
func doubtedObjectiveOf(o *observation) slo.Name {
	if e, ok := o.event.(prober.Judged); ok && e.Doubted {
		return e.SLO
	}
	return ""
}

func ratioOf(o slo.Objective) float64     { return o.Ratio }
func thresholdOf(o slo.Objective) float64 { return o.Threshold }

// fixed sets the series of a target once, from its configuration.
func fixed(names []slo.Name, of func(slo.Objective) float64) update {
	return func(t prober.Target, s []prometheus.Observer) func(*observation) {
		for i, name := range names {
			if s[i] != nil {
				s[i].Observe(of(t.SLOs[name]))
			}
		}
		return func(*observation) {}
	}
}
