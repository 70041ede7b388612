package alerts

import "time"

// Of the alert on output tokens per second.
const (
	tpsWindow = Window("30m")
	tpsRatio  = 0.75 // of the same hours yesterday and last week
	tpsN      = 20   // streams in the window
	tpsFor    = 10 * time.Minute
)

// Records by target.
const (
	tpsRecord      = "target:firsttoken_output_tokens_per_second:mean" + string(tpsWindow)
	tpsCountRecord = "target:firsttoken_output_tokens_per_second:count" + string(tpsWindow)
)

func tpsBaseRecord() string {
	return "target:firsttoken_output_tokens_per_second:mean_" + sameHours().name()
}

func (b builder) tpsRecords() []Rule {
	h := histogram{name: "firsttoken_output_tokens_per_second"}
	base := sameHours()
	return []Rule{
		record(tpsRecord, h.mean(b.byTarget, tpsWindow, "")),
		record(tpsCountRecord, h.count(b.byTarget, tpsWindow)),
		record(tpsBaseRecord(), either(
			h.mean(b.byTarget, base.Range, base.offset),
			h.mean(b.byTarget, base.Range, base.weekOffset),
		)),
	}
}

func (b builder) tpsDrop() alert {
	return alert{
		name: "TPSDrop", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.fill(`
$now / $base < $ratio
and
  $count >= $enough`, values{
			"now": tpsRecord, "base": tpsBaseRecord(), "ratio": number(tpsRatio),
			"count": tpsCountRecord, "enough": number(tpsN),
		})),
		wait: tpsFor, keep: burnKeep,
		summary: "{{ $labels.target }} streams slower than before",
		details: "Output tokens per second of one user are at {{ $value | humanizePercentage }}" +
			" of the same hours yesterday: " +
			lookup(tpsRecord, "humanize", b.byTarget) + " over " + string(tpsWindow) + ", " +
			lookup(tpsBaseRecord(), "humanize", b.byTarget) + " before.",
		dashboard: endpointDashboard,
	}
}
