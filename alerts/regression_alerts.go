package alerts

import (
	"strings"
	"time"
)

// Of the regression alerts.
const (
	WelchZ         = 3.09 // one-sided 1 in 1,000
	regressionN    = 20   // TTFTs in the window
	baselineN      = 100  // TTFTs in the baseline
	RegressionFor  = 10 * time.Minute
	revisionZ      = 2.33 // one-sided 1 in 100: a change of the model is a reason to look closer
	revisionRatio  = 1.10
	revisionRecent = Window("2h")
	revisionFor    = 5 * time.Minute
)

// slower is the condition that a window's TTFT is worse than its baseline's beyond chance.
func slower(r Regression, ratio, z float64) string {
	return fill(`
(
  $slowdown > $ratio
and
  $welch > $z
and
  $now >= $enough
and
  $base >= $basis
)`, values{
		"slowdown": slowdownRecord(r.Window), "ratio": number(ratio),
		"welch": welchRecord(r.Window), "z": number(z),
		"now": logCountRecord(string(r.Window)), "enough": number(regressionN),
		"base": logCountRecord(r.Base.name()), "basis": number(baselineN),
	})
}

func (b builder) regression() alert {
	var conditions, slowdowns []string
	for _, r := range Regressions().All() {
		conditions = append(conditions, slower(r, r.Slowdown, WelchZ))
		slowdowns = append(slowdowns, lookup(slowdownRecord(r.Window), "humanize", b.byContext)+" over "+string(r.Window))
	}
	return alert{
		name: "TTFTRegression", severity: Warning, component: endpoint,
		expr: b.unlessPaused(either(conditions...)), wait: RegressionFor, keep: burnKeep,
		summary: "{{ $labels.target }} answers {{ $labels.cache }} prompts ({{ $labels.context }})" +
			" slower than yesterday and last week",
		details: "Geometric mean TTFT is {{ $value | humanize }} times that of the same hours before, beyond chance." +
			" Times slower: " + strings.Join(slowdowns, ", ") + ".",
		dashboard: endpointDashboard,
	}
}

func (b builder) regressionAfterRevision() alert {
	const served = "firsttoken_target_revision_info{$own}"
	r := Regressions().Over30m
	return alert{
		name: "TTFTRegressionAfterRevision", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.fill(`
$slower
and on ($byTarget)
  max by ($byTarget) (changes(firsttoken_target_revision_timestamp_seconds[$recent])) > 0
and on ($byTarget)
  count by ($byTarget) (
    count by ($byTarget, model, fingerprint) (last_over_time(firsttoken_target_revision_info[$recent]))
  ) > 1`, values{"slower": slower(r, revisionRatio, revisionZ), "recent": string(revisionRecent)})),
		wait: revisionFor, keep: burnKeep,
		summary: "{{ $labels.target }} became slower with a new model or fingerprint",
		details: "Geometric mean TTFT of {{ $labels.cache }} prompts ({{ $labels.context }}) over " + string(r.Window) +
			" is {{ $value | humanize }} times the usual," +
			" and the endpoint changed what it says it serves within the last " + string(revisionRecent) +
			". Served now:" + each(served, b.byTarget, " {{ .Labels.model }} {{ .Labels.fingerprint }}") + ".",
		dashboard: endpointDashboard,
	}
}
