package alerts

import "time"

// Of the alerts on what is slower than its own past.
const (
	SlowerFor      = 10 * time.Minute
	DoubledFor     = 4 * time.Minute
	RevisionFor    = 5 * time.Minute
	siblingsLeast  = 3   // targets of one model and engine
	siblingsShare  = 0.5 // of them that have to step together
	DoubledBudgets = 2   // times the allowed share of bad events that TTFTDoubled needs, by Wilson's bound
	FarWindow      = Window("3m")
	FarLeast       = 2.5 // events in it: three, as increase extrapolates
	FarFactor      = 5   // times the objective, so that ten times is certain to page
)

// slowerRecord is by how many times the comparison's level is above its past, where that is worth an alert.
func (b builder) slowerRecord(r Comparison) string { return b.level(r) + r.name + ":slower" }

// siblingsRecord is the share of a model and engine's targets that are slower than their past.
const siblingsRecord = "model_engine:firsttoken_ttft_slower:ratio"

func (b builder) slowerRecords(t SlowerTable) (rules []Rule) {
	for _, r := range t.All() {
		rules = append(rules, record(b.slowerRecord(r), b.slower(r, r.Rows)))
	}
	return append(rules, record(siblingsRecord, b.fill(`
count by (model, engine) (
    max by ($byTarget) ($slower)
  * on ($byTarget) group_left (model, engine)
    $info
)
/
(count by (model, engine) ($info) >= $least)`, values{
		"slower": b.slowerRecord(t.TTFT), "info": b.siblingInfo(), "least": number(siblingsLeast),
	})))
}

// siblingInfo has the model and engine of each target.
func (b builder) siblingInfo() string {
	return b.fill(`max by ($byTarget, model, engine) (firsttoken_target_info{model!=""})`, nil)
}

func (b builder) slowerAlerts() []alert {
	return []alert{
		b.farAbove(), b.doubled(), b.regression(), b.regressionAtEqualLoad(), b.regressionOfAll(),
		b.regressionAfterRevision(), b.tail(), b.tpsDrop(),
	}
}

const population = "{{ $labels.target }} answers {{ $labels.cache }} prompts ({{ $labels.context }})"

func (b builder) regression() alert {
	t := Slower()
	days := valueOf(b.levelRecord(t.TTFT, "days", t.TTFT.Rows[0].Window)+"{$own}", whole, b.labelsOf(t.TTFT))
	atLoad := "exp(" + b.levelRecord(t.AtEqualLoad, "residual", t.AtEqualLoad.Rows[1].Window) + "{$own})"
	return alert{
		name: "TTFTRegression", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.fill(`
$slower
unless on ($byTarget)
  (
    $info
  * on (model, engine) group_left ()
    ($siblings > $share)
  )`, values{
			"slower": b.slowerRecord(t.TTFT), "info": b.siblingInfo(), "siblings": siblingsRecord,
			"share": number(siblingsShare),
		})),
		wait: SlowerFor, keep: burnKeep,
		summary: population + " {{ $value | humanize }} times slower than at this hour on other days",
		details: "{{ $value | humanize }} times: geometric mean TTFT in seconds, against the median of the same time" +
			" on the last " + days +
			" days of this kind (weekdays or weekend): over " + b.times(t.TTFT, t.TTFT.name, milliseconds) +
			"." +
			" At equal load of the engine: " + valueOf(atLoad, "humanize", b.labelsOf(t.TTFT)) +
			" times; near 1, it is busier, not slower.",
		by: b.byContext, before: 24 * time.Hour,
		action:    "Open the dashboard at that time, and look whether a release, a node or the load changed.",
		dashboard: endpointDashboard,
	}
}

func (b builder) regressionAtEqualLoad() alert {
	t := Slower()
	load := func(w Window) string { return "exp(" + loadRecord + string(w) + "{$own}) - 1" }
	return alert{
		name: "TTFTRegressionAtEqualLoad", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.slowerRecord(t.AtEqualLoad)),
		wait: SlowerFor, keep: burnKeep,
		summary: population + " {{ $value | humanize }} times slower than the load of its engine explains",
		details: "{{ $value | humanize }} times the TTFT of the last seven days at as many requests" +
			" running and waiting: over " +
			b.times(t.AtEqualLoad, "", "") + ". TTFT now " +
			valueOf("exp("+b.levelRecord(t.TTFT, "level", "30m")+"{$own}) / 1000", "humanizeDuration", b.labelsOf(t.TTFT)) +
			" at " + valueOf(load("30m"), "humanize", b.byEngine) + " requests in the engine; usual is " +
			valueOf("exp("+b.levelRecord(t.AtEqualLoad, "fit_load", "")+"{$own}) - 1", "humanize", b.labelsOf(t.AtEqualLoad)) +
			" requests.",
		by: b.byContext, before: 24 * time.Hour,
		action:    "It is not the load: compare releases, nodes and GPU clocks before and after that time.",
		dashboard: endpointDashboard,
	}
}

// regressionOfAll is about all targets of one model and engine.
func (b builder) regressionOfAll() alert {
	t := Slower()
	members := b.fill("max by ($byTarget) ($slower) * on ($byTarget) group_left (model, engine) "+
		`max by ($byTarget, model, engine) (firsttoken_target_info{$own})`, values{"slower": b.slowerRecord(t.TTFT)})
	return alert{
		name: "TTFTRegressionOfAll", severity: Warning, component: endpoint,
		expr: siblingsRecord + " > " + number(siblingsShare),
		wait: SlowerFor, keep: burnKeep,
		summary: "{{ $labels.model }} on {{ $labels.engine }} is slower everywhere than at this hour on other days",
		details: "{{ $value | humanizePercentage }} of at least " + number(siblingsLeast) +
			" targets with this model and engine are slower than their own past:" +
			each(members, "model, engine", " {{ .Labels.target }} ({{ .Value | humanize }} times)") +
			". TTFTRegression is not sent for each of them.",
		by: "model, engine", before: 24 * time.Hour,
		action:    "Look for what they have in common: a release of the model or the engine, or the network here.",
		dashboard: fleetDashboard,
	}
}

func (b builder) tail() alert {
	t := Slower()
	return alert{
		name: "TTFTTail", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.slowerRecord(t.Tail)),
		wait: SlowerFor, keep: burnKeep,
		summary: population + ", and more of them than usual are far slower than the rest",
		details: "The mean TTFT is raised above the geometric one by {{ $value | humanize }} times as much as at this hour" +
			" on other days: a few answers are many times slower. Over " + b.times(t.Tail, "", "") +
			".",
		by: b.byContext, before: 24 * time.Hour,
		action:    "Look at the slowest answers on the target's page: often it is one of several replicas, or one GPU.",
		dashboard: endpointDashboard,
	}
}

func (b builder) tpsDrop() alert {
	t := Slower()
	days := valueOf(b.levelRecord(t.TPS, "days", t.TPS.Rows[0].Window)+"{$own}", whole, b.labelsOf(t.TPS))
	return alert{
		name: "TPSDrop", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.slowerRecord(t.TPS)),
		wait: SlowerFor, keep: burnKeep,
		summary: "{{ $labels.target }} streams {{ $value | humanize }} times slower than at this hour on other days",
		details: "{{ $value | humanize }} times slower: output tokens per second of one user, against the median of" +
			" the same time on the last " + days +
			" days of this kind (weekdays or weekend): over " + b.times(t.TPS, "", "exp(-$x)") +
			".",
		by: b.byTarget, before: 24 * time.Hour,
		action:    "Compare the batch size and the GPU clocks before and after that time.",
		dashboard: endpointDashboard,
	}
}
