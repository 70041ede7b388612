package alerts

import "time"

// Of a new revision.
const (
	revisionRecent = Window("2h")
	revisionMemory = Window("7d") // a revision that was seen in it is not new: some endpoints rotate a few
)

// seenRevisionRecord has the revisions of the last hour, each hour.
const seenRevisionRecord = "target_revision:firsttoken_target_revision:seen"

// Revised are the limits after a new revision: a change of the model is a reason to look closer.
func Revised() []WindowLimits {
	return []WindowLimits{
		{Window: "30m", Ratio: 1.1, Z: 3, Peak: 1, Least: 10},
		{Window: "2h", Ratio: 1.1, Z: 2.5, Peak: 1, Least: 15},
	}
}

func (b builder) revisionRecords() []Rule {
	return []Rule{record(seenRevisionRecord, b.revisions("last_over_time(firsttoken_target_revision_info[1h])"))}
}

func (b builder) revisions(expr string) string {
	return b.fill("max by ($byTarget, model, fingerprint) ($expr)", values{"expr": expr})
}

// newRevision is each target that serves what it did not serve in the week before.
func (b builder) newRevision() string {
	return b.fill(`
max by ($byTarget) (
  $now
  unless on ($byTarget, model, fingerprint)
  last_over_time($seen[$memory] offset $recent)
)
and on ($byTarget)
  last_over_time($seen[$memory] offset $recent)`, values{
		"now":  b.revisions("last_over_time(firsttoken_target_revision_info[" + string(revisionRecent) + "])"),
		"seen": seenRevisionRecord, "memory": string(revisionMemory), "recent": string(revisionRecent),
	})
}

func (b builder) regressionAfterRevision() alert {
	ttft := Slower().TTFT
	return alert{
		name: "TTFTRegressionAfterRevision", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.fill(`
(
$slower
)
and on ($byTarget) (
$new
)`, values{"slower": b.slower(ttft, Revised()), "new": b.newRevision()})),
		wait: RevisionFor, keep: burnKeep,
		summary: "{{ $labels.target }} became slower with a new model or fingerprint",
		details: "Geometric mean TTFT of {{ $labels.cache }} prompts ({{ $labels.context }}) is {{ $value | humanize }}" +
			" times that of the same time on other days of this kind: over " + b.times(ttft, ttft.name, milliseconds) +
			", and the endpoint serves what it did not serve in the " + string(revisionMemory) + " before." +
			" Served now:" + each("firsttoken_target_revision_info{$own}", b.byTarget,
			" {{ .Labels.model }} {{ .Labels.fingerprint }}") +
			".",
		by: b.byContext, before: 24 * time.Hour,
		action:    "Ask who released it, and compare its speed with that of the revision before.",
		dashboard: endpointDashboard,
	}
}
