package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"

	"github.com/firsttoken/firsttoken/alerts"
)

// notifying are the severities of alerts that people receive: not the watchdog's, nor that of alerts which only
// inhibit others.
const notifying = `severity=~"` + string(alerts.Page) + `|` + string(alerts.Ticket) + `|` + string(alerts.Warning) + `"`

// firing matches this project's alerts that are firing, of the chosen targets and of no target at all.
const firing = `ALERTS{alertname=~"` + alerts.Prefix + `.+",alertstate="firing",` + notifying + `,target=~"$target|"}`

// mark is an annotation: a line in every graph wherever its expression has a value.
type mark struct {
	name, colour, expr string
	title, text        string
}

func (m mark) annotation() dashboard.AnnotationQuery {
	expr := promql(m.expr)
	q := prometheus.Dataquery{
		Datasource: source(), EditorMode: new(prometheus.QueryEditorModeCode), Expr: expr, RefId: new("Anno"),
		Interval: new("1m"), Range: new(true), Instant: new(false),
	}
	return dashboard.AnnotationQuery{
		Name: m.name, Datasource: source(), Enable: true, Hide: new(false), IconColor: m.colour, Target: &q,
		Expr: &expr, TitleFormat: &m.title, TextFormat: &m.text,
		Step: new("1m"), TagKeys: new("severity"), UseValueForTime: new(false),
	}
}

func annotations(marks ...mark) []dashboard.AnnotationQuery {
	var all []dashboard.AnnotationQuery
	for _, m := range marks {
		all = append(all, m.annotation())
	}
	return all
}

// events are on every dashboard.
func events() []dashboard.AnnotationQuery {
	const served = "count by (" + alerts.ByTarget + ", model, fingerprint) " +
		"(last_over_time(firsttoken_target_revision_info{SEL}[$__rate_interval]))"
	return annotations(
		mark{
			name: "Alerts", colour: "red",
			expr:  "max by (alertname, severity, target, slo) (" + firing + ")",
			title: "{{alertname}}", text: "{{severity}} {{target}} {{slo}}",
		},
		mark{
			name: "Served model changed", colour: "purple",
			// Not changes() of its timestamp, which a restart of the prober changes as well.
			expr:  "count by (target) (" + served + ") > 1",
			title: "{{target}} changed what it serves",
			text:  "Its model or fingerprint is another; see the table of revisions.",
		},
		mark{
			name: "Prober restarted", colour: "yellow",
			expr:  `max by (instance) (changes(process_start_time_seconds{job=~"$job"}[$__rate_interval])) > 0`,
			title: "firsttoken restarted", text: "{{instance}}",
		},
	)
}

// gpuEvents mark hardware errors of the chosen GPUs.
func gpuEvents() []dashboard.AnnotationQuery {
	return annotations(
		mark{
			name: "XID", colour: "dark-red", expr: "gpu:xid_errors:increase10m{NODE} > 0",
			title: "XID", text: "{{hostengine}} GPU {{gpu}}",
		},
		mark{
			name: "ECC, uncorrectable", colour: "dark-orange",
			expr:  "gpu:ecc_uncorrectable_errors:increase1h{NODE} > 0",
			title: "Uncorrectable ECC error", text: "{{hostengine}} GPU {{gpu}}",
		},
		mark{
			name: "Row remap failed", colour: "dark-purple", expr: "gpu:row_remap_failed{NODE} > 0",
			title: "Row remap failed", text: "{{hostengine}} GPU {{gpu}}: replace it",
		},
	)
}
