package alerts

import (
	"strings"
	"time"
)

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

// slowerRecord is by how many times the room's level is above its past, where that is worth an alert.
func (b builder) slowerRecord(r Room) string { return b.level(r) + r.name + ":slower" }

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

// times describes each window of a room in a text: how many times slower, than what, and how certain.
func (b builder) times(r Room, level, unit string) string {
	var all []string
	for _, row := range r.Rows {
		own := func(kind string) string { return b.levelRecord(r, kind, row.Window) + "{$own}" }
		now := b.levelRecord(Room{name: level, counts: r.counts}, "level", row.Window) + "{$own}"
		if r.name == Slower().TPS.name {
			now = own("level")
		}
		text := string(row.Window) + " " + b.asked("exp("+own("residual")+")", r, "humanize") + " times"
		if unit != "" {
			text += " (" + b.asked(strings.ReplaceAll(unit, "$x", now), r, "humanize") + " against " +
				b.asked(strings.ReplaceAll(unit, "$x", "("+now+" - "+own("residual")+")"), r, "humanize")
			text += ", z " + b.asked(own("z"), r, "humanize") + ")"
		} else {
			text += " (z " + b.asked(own("z"), r, "humanize") + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// asked is a template that queries when the alert is sent. Each $own stands for the matchers of the alert's labels.
func (b builder) asked(query string, r Room, format string) string {
	return askedBy(query, b.roomLabels(r), format)
}

func askedBy(query, labels, format string) string {
	matchers, args := ownMatchers(labels)
	n := strings.Count(query, "$own")
	query = strings.ReplaceAll(query, "$own", strings.Join(matchers, ","))
	return "{{ with printf " + "`" + query + "`" + strings.Repeat(args, n) +
		" | query }}{{ . | first | value | " + format + " }}{{ else }}unknown{{ end }}"
}

// since is when the condition of an alert began to hold.
func since(name, labels string) string {
	return askedBy(`ALERTS_FOR_STATE{alertname="`+Prefix+name+`",$own}`, labels, "humanizeTimestamp")
}

const milliseconds = "exp($x) / 1000"

func (b builder) slowerAlerts() []alert {
	return []alert{
		b.farAbove(), b.doubled(), b.regression(), b.regressionAtEqualLoad(), b.regressionOfAll(), b.regressionAfterRevision(),
		b.tail(), b.tpsDrop(),
	}
}

const population = "{{ $labels.target }} answers {{ $labels.cache }} prompts ({{ $labels.context }})"

func (b builder) regression() alert {
	t := Slower()
	days := b.asked(b.levelRecord(t.TTFT, "days", t.TTFT.Rows[0].Window)+"{$own}", t.TTFT, "humanize")
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
		details: "{{ $value | humanize }} times: geometric mean TTFT in seconds, against the median of the same time on the last " +
			days +
			" days of this kind (weekdays or weekend): over " + b.times(t.TTFT, t.TTFT.name, milliseconds) +
			". Since " + since("TTFTRegression", b.byContext) + "." +
			" At equal load of the engine: " + b.asked(atLoad, t.TTFT, "humanize") +
			" times; near 1, it is busier, not slower." +
			" First: open the dashboard at that time, and look whether a release, a node or the load changed.",
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
		details: "{{ $value | humanize }} times the TTFT of the last seven days at as many requests running and waiting: over " +
			b.times(t.AtEqualLoad, "", "") + ". TTFT now " +
			b.asked("exp("+b.levelRecord(t.TTFT, "level", "30m")+"{$own}) / 1000", t.TTFT, "humanizeDuration") +
			" at " + askedBy(load("30m"), b.byEngine, "humanize") + " requests in the engine; usual is " +
			b.asked("exp("+b.levelRecord(t.AtEqualLoad, "fit_load", "")+"{$own}) - 1", t.AtEqualLoad, "humanize") +
			" requests. Since " + since("TTFTRegressionAtEqualLoad", b.byContext) + "." +
			" First: it is not the load; compare releases, nodes and GPU clocks before and after that time.",
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
			". Since " + since("TTFTRegressionOfAll", "model, engine") + "." +
			" First: look for what they have in common: a release of the model or the engine, or the network here." +
			" TTFTRegression is not sent for each of them.",
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
			". Since " + since("TTFTTail", b.byContext) + "." +
			" First: look at the slowest answers on the target's page; one replica of several, or one of its GPUs, is usual.",
		dashboard: endpointDashboard,
	}
}

func (b builder) tpsDrop() alert {
	t := Slower()
	days := b.asked(b.levelRecord(t.TPS, "days", t.TPS.Rows[0].Window)+"{$own}", t.TPS, "humanize")
	return alert{
		name: "TPSDrop", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.slowerRecord(t.TPS)),
		wait: SlowerFor, keep: burnKeep,
		summary: "{{ $labels.target }} streams {{ $value | humanize }} times slower than at this hour on other days",
		details: "{{ $value | humanize }} times slower: output tokens per second of one user, against the median of the same time" +
			" on the last " + days +
			" days of this kind (weekdays or weekend): over " + b.times(t.TPS, "", "exp(-$x)") +
			". Since " + since("TPSDrop", b.byTarget) + "." +
			" First: compare the batch size and the GPU clocks before and after that time.",
		dashboard: endpointDashboard,
	}
}

// doubled pages on a large step that also misses the objective: the error budget's own page takes hours for it.
func (b builder) doubled() alert {
	t, hour := Slower(), b.Burns.Over1h.Long
	return alert{
		name: "TTFTDoubled", severity: Page, component: endpoint,
		expr: b.unlessPaused(b.fill(`
(
$slower
)
and on ($byTarget)
  $wilson{slo="ttft"} > $budgets * $budget{slo="ttft"}`, values{
			"slower": b.slower(t.TTFT, Doubled()), "wilson": wilsonRecord(hour),
			"budgets": number(DoubledBudgets), "budget": BudgetRecord,
		})),
		wait: DoubledFor, keep: burnKeep,
		summary: population + " {{ $value | humanize }} times slower than usual, and misses its objective",
		details: "{{ $value | humanize }} times: geometric mean TTFT in seconds, against the median of the same time on other days" +
			" of this kind: over " + b.times(t.TTFT, t.TTFT.name, milliseconds) + ". Bad for ttft over " + string(hour) + ": " +
			askedBy(RatioRecord(hour)+`{slo="ttft",$own}`, b.byTarget, "humanizePercentage") + " of events; the objective allows " +
			askedBy(BudgetRecord+`{slo="ttft",$own}`, b.byTarget, "humanizePercentage") +
			". Since " + since("TTFTDoubled", b.byContext) + "." +
			" First: open the dashboard at that time; roll back what was released then, or take the slow replica out.",
		dashboard: endpointDashboard,
	}
}

// farAbove pages on what needs no past to be wrong.
func (b builder) farAbove() alert {
	sum := func(counter string) string { return increase(b.byTarget, counter, FarWindow) }
	threshold := askedBy(`firsttoken_slo_threshold{slo="ttft",$own}`, b.byTarget, "humanizeDuration")
	mean := askedBy(`exp(sum(increase(firsttoken_ttft_log_sum{$own}[`+string(FarWindow)+`])) / sum(increase(`+
		`firsttoken_ttft_log_count{$own}[`+string(FarWindow)+`]))) / 1000`, b.byTarget, "humanizeDuration")
	return alert{
		name: "TTFTFarAbove", severity: Page, component: endpoint,
		expr: b.unlessPaused(b.fill(`
exp($logs / ($count > $few)) / 1000
/
max by ($byTarget) (firsttoken_slo_threshold{slo="ttft"}) > $factor
and
  $bad > $few
and
  $bad >= 0.99 * $events`, values{
			"logs": sum("firsttoken_ttft_log_sum"), "count": sum("firsttoken_ttft_log_count"), "factor": number(FarFactor), "few": number(FarLeast),
			"bad":    sum(`firsttoken_slo_bad_events_total{slo="ttft"}`),
			"events": sum(`firsttoken_slo_events_total{slo="ttft"}`),
		})),
		keep:    burnKeep,
		summary: "{{ $labels.target }} takes {{ $value | humanize }} times its objective to the first token",
		details: "{{ $value | humanize }} times the objective: geometric mean TTFT over " + string(FarWindow) + ": " + mean + ", and every event of it is bad; the objective is " +
			threshold + ". Since " + since("TTFTFarAbove", b.byTarget) + "." +
			" First: look at the engine's queue and its KV cache; drain the target if others can serve.",
		dashboard: endpointDashboard,
	}
}
