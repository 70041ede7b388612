package alerts

import (
	"maps"
	"slices"
	"strings"
)

// builder makes records and alerts by parameters. It holds lists of labels as PromQL writes them between the brackets
// of by and on. With the default parameters:
//
//	byTarget      cluster, region, job, target
//	bySLO         cluster, region, job, target, slo
//	byContext     cluster, region, job, target, cache, context
//	byInstance    cluster, region, job, instance
//	byReplica     cluster, region, job, target, instance
//	bySLOReplica  cluster, region, job, target, slo, instance
//	byGroup       cluster, region, job
//	byEngine      cluster, region, target
//	byNode        cluster, region, hostengine
//
// The last two are for series that do not come from firsttoken: those of engines and GPUs, which Prometheus scrapes in
// another job.
type builder struct {
	Parameters
	byTarget, bySLO, byContext, byEngine, byNode string
	byGroup, byInstance, byReplica, bySLOReplica string
}

func newBuilder(p Parameters) builder {
	list := func(labels ...string) string { return strings.Join(slices.Concat(p.Aggregation, labels), ", ") }
	return builder{
		Parameters:   p,
		byTarget:     list("target"),
		bySLO:        list("target", "slo"),
		byContext:    list("target", "cache", "context"),
		byGroup:      list(),
		byInstance:   list(p.Replica),
		byReplica:    list("target", p.Replica),
		bySLOReplica: list("target", "slo", p.Replica),
		byEngine:     strings.Join(append(p.places(), "target"), ", "),
		byNode:       strings.Join(append(p.places(), "hostengine"), ", "),
	}
}

// fill knows the builder's lists of labels by their names, besides the values: sum by ($byTarget).
func (b builder) fill(expr string, v values) string {
	all := values{
		"byTarget": b.byTarget, "bySLO": b.bySLO, "byContext": b.byContext,
		"byGroup": b.byGroup, "byInstance": b.byInstance, "byReplica": b.byReplica, "bySLOReplica": b.bySLOReplica,
		"byEngine": b.byEngine, "byNode": b.byNode,
	}
	maps.Copy(all, v)
	return fill(expr, all)
}

// ByTarget lists the labels of a target by the default parameters, for the dashboards.
const ByTarget = defaultAggregation + ", target"
