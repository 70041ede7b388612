package alerts

import "time"

// Probers that watch the same targets are replicas: both probe, and each has a view of its own. Evidence is pooled, as
// sums of counters survive a restart and a new address. A page also needs all replicas that can see: one that sees the
// target well holds it back, and ReplicasDisagree tells of that. A replica can see
//
//	ttft, tps      with an event of the objective in the short window, unless it was in doubt within blindAfterDoubt
//	availability   with an event in the short window
//	TargetDown     with a success within answersWithin, or a refusal
//
// So doubt blinds one replica for latency, and nobody else. A replica that is gone has no series, and no voice.
const (
	blindAfterDoubt = Window("30m") // the longest short window of a page
	oneCause        = Window("30m") // for which a target that was down, or not available, explains what else is bad
	answersWithin   = 10 * time.Minute
	refusesWindow   = Window("10m")
	disagreeFor     = 15 * time.Minute
)

// Records of single replicas.
const (
	inDoubtRecord   = "instance:firsttoken_in_doubt:bool"
	downAtRecord    = "target_instance:firsttoken_down:failures" // failures in a row where the target does not answer
	answersRecord   = "target_instance:firsttoken_answers:bool"
	disagreesRecord = "target_instance:firsttoken_disagrees:bool" // in trouble here, and well elsewhere
)

// Records of targets, over all replicas.
const (
	downRecord    = "target:firsttoken_down:failures"
	removedRecord = "target:firsttoken_removed:bool"
)

// burningRecord is Wilson's bound where the page's conditions hold, before anything else explains them;
// burningSlowlyRecord the same of the ticket, which is pooled evidence alone.
const (
	burningRecord       = "target_slo:firsttoken_slo_burning_fast:wilson"
	burningSlowlyRecord = "target_slo:firsttoken_slo_burning_slowly:wilson"
)

func eventsAtRecord(w Window) string {
	return "target_slo_instance:firsttoken_slo_events:increase" + string(w)
}

func badAtRecord(w Window) string {
	return "target_slo_instance:firsttoken_slo_bad_events:increase" + string(w)
}

// ratioAtRecord is the share of bad events at each replica that can see.
func ratioAtRecord(w Window) string {
	return "target_slo_instance:firsttoken_slo_bad:ratio" + string(w)
}

func (b builder) replicaRecords() []Rule {
	rules := []Rule{record(inDoubtRecord, b.fill(`
group by ($byInstance) (
  $doubts
)`, values{"doubts": hanging(either(b.untrustworthy(), lagging()), 1)}))}
	quick, slow := b.Burns.Over1h, b.Burns.Over6h
	for _, p := range []Burn{quick, slow} {
		rules = append(rules, b.sightRecords(p.Short)...)
	}
	return append(rules,
		record(burningRecord, either(b.burningFor(quick), b.burningFor(slow))),
		record(burningSlowlyRecord, either(bracketed(b.pooled(b.Burns.Over1d)), bracketed(b.pooled(b.Burns.Over3d)))),
		record(downAtRecord, b.downAt()),
		record(answersRecord, b.answers()),
		record(downRecord, b.down()),
		record(disagreesRecord, b.disagrees(slow)),
		record(removedRecord, b.removed()),
	)
}

// sightRecords are what each replica sees in a short window. One that is gone, or blind, sees nothing.
func (b builder) sightRecords(w Window) []Rule {
	return []Rule{
		record(eventsAtRecord(w), increase(b.bySLOReplica, "firsttoken_slo_events_total", w)),
		record(badAtRecord(w), increase(b.bySLOReplica, "firsttoken_slo_bad_events_total", w)),
		record(ratioAtRecord(w), b.fill(`
(
    $bad
  /
    ($events > 0)
and on ($bySLOReplica)
  firsttoken_slo_objective_ratio
)
unless on ($bySLOReplica)
  (
      firsttoken_slo_objective_ratio{slo=~"ttft|tps"}
    and on ($byInstance)
      present_over_time($doubt[$memory])
  )`, values{
			"bad": badAtRecord(w), "events": eventsAtRecord(w),
			"doubt": inDoubtRecord, "memory": string(blindAfterDoubt),
		})),
	}
}

// burningFor is the condition of a page over one pair of windows: pooled evidence, some replica that sees it, and none
// that sees the opposite.
func (b builder) burningFor(p Burn) string {
	return b.fill(`
(
  $pooled
and on ($bySLO)
  ($share > on ($bySLO) group_left () $threshold)
unless on ($bySLO)
  ($share <= on ($bySLO) group_left () $threshold)
)`, values{"pooled": hanging(b.pooled(p), 1), "share": ratioAtRecord(p.Short), "threshold": ThresholdRecord(p.Long)})
}

// pooled is the evidence of all replicas together.
func (b builder) pooled(p Burn) string {
	return b.fill(`
$wilson > $threshold
and
$short > $threshold
and
$bad >= $few`, values{
		"wilson": wilsonRecord(p.Long), "threshold": ThresholdRecord(p.Long), "short": RatioRecord(p.Short),
		"bad": BadRecord(p.Long), "few": number(burnBad),
	})
}

// refuses is true where the target answers, and says no: to the key or to the request. It outweighs the failures of a
// gateway that is not quite up.
func (b builder) refuses() string {
	return b.fill(`
sum by ($byReplica) (increase(firsttoken_requests_total{outcome=~"rejected|denied"}[$w]))
>
sum by ($byReplica) (increase(firsttoken_requests_total{outcome!~"ok|rejected|denied|local|cancelled"}[$w]))`,
		values{"w": string(refusesWindow)})
}

// downAt is true from the second failure on, so that of a pair each confirms what the other sees before either has
// seen it often enough to say so alone. unless, because a target that never answered has no last success.
func (b builder) downAt() string {
	return b.fill(`
(
  sum by ($byReplica) (firsttoken_consecutive_failures) >= $confirm
unless on ($byReplica)
  time() - max by ($byReplica) (firsttoken_last_success_timestamp_seconds) <= $silence
)
unless on ($byReplica)
  (
    $refuses
  )`, values{"confirm": number(downConfirmed), "silence": seconds(downSilence), "refuses": hanging(b.refuses(), 2)})
}

func (b builder) answers() string {
	return b.fill(`
group by ($byReplica) (
    time() - max by ($byReplica) (firsttoken_last_success_timestamp_seconds) <= $within
  or
    (
      $refuses
    )
)
unless on ($byReplica)
  $down`, values{"within": seconds(answersWithin), "refuses": hanging(b.refuses(), 3), "down": downAtRecord})
}

func (b builder) down() string {
	return b.fill(`
sum by ($byTarget) ($down) >= $failures
unless on ($byTarget)
  $answers`, values{"down": downAtRecord, "failures": number(downFailures), "answers": answersRecord})
}

// disagrees is true at a replica that sees a target down, or burning with the confidence of a page, while another one
// sees it well.
func (b builder) disagrees(p Burn) string {
	return b.fill(`
group by ($byReplica) (
    $down >= $failures
  and on ($byTarget)
    $answers
)
or
group by ($byReplica) (
    (
      $wilson
      > on ($bySLO) group_left ()
      $threshold
    )
  and on ($bySLOReplica)
    $share
  and on ($bySLOReplica)
    $bad >= $few
  and on ($bySLO)
    ($share <= on ($bySLO) group_left () $threshold)
)`, values{
		"down": downAtRecord, "failures": number(downFailures), "answers": answersRecord,
		"wilson": hanging(Wilson(badAtRecord(p.Short), eventsAtRecord(p.Short), WilsonZ), 3), "bad": badAtRecord(p.Short),
		"share": ratioAtRecord(p.Short), "threshold": ThresholdRecord(p.Long), "few": number(burnBad),
	})
}

// removed is true of a target that was probed within a day and is no more, though a prober runs and none that had it is
// down: a reload took it out. Where its prober is down, nothing is known.
func (b builder) removed() string {
	return b.fill(`
group by ($byTarget) (
  (
      firsttoken_consecutive_failures offset 5m
    or
      firsttoken_consecutive_failures offset 1h
    or
      firsttoken_consecutive_failures offset 6h
    or
      firsttoken_consecutive_failures offset 1d
  )
unless on ($byInstance)
  up == 0
)
unless on ($byTarget)
  firsttoken_consecutive_failures
and on ($byGroup)
  firsttoken_build_info`, nil)
}

// unlessRemoved silences alerts about targets that were taken out of the configuration: their windows would remember
// them for a day.
func (b builder) unlessRemoved(alerts []alert) []alert {
	for i, a := range alerts {
		alerts[i].expr = b.fill(`
$expr
unless on ($byTarget)
  $removed`, values{"expr": bracketed(a.expr), "removed": removedRecord})
	}
	return alerts
}

func (b builder) replicasDisagree() alert {
	return alert{
		name: "ReplicasDisagree", severity: Ticket, component: prober, by: b.byInstance,
		expr: b.fill("count by ($byInstance) ($disagrees) > 0", values{"disagrees": disagreesRecord}),
		wait: disagreeFor, keep: burnKeep,
		summary: "The prober {{ $labels." + b.Replica + " }} sees trouble that another one does not see",
		details: "{{ $value | " + whole + " }} targets are down or burn their error budget for this prober, and are well " +
			"for another:" + each("topk(5, "+disagreesRecord+"{$own})", b.byInstance, " {{ .Labels.target }}") +
			". Nobody is paged about them while the probers disagree.",
		action: "On the host of {{ $labels." + b.Replica + " }}, send one turn to one of them: firsttoken once TARGET." +
			" If it fails there and not elsewhere, it is the network or the DNS of that host.",
		dashboard: fleetDashboard,
	}
}
