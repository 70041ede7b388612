package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"

	"github.com/firsttoken/firsttoken/alerts"
)

// told are the severities that tell somebody something; the watchdog and what only inhibits have none.
const told = `severity=~"` + string(alerts.Page) + `|` + string(alerts.Ticket) + `|` + string(alerts.Warning) + `"`

// firing matches this project's alerts that are firing, of the chosen targets and of no target at all.
const firing = `ALERTS{alertname=~"` + alerts.Prefix + `.+",alertstate="firing",` + told + `,target=~"$target|"}`

func annotation(name, colour, expr, title, body string) dashboard.AnnotationQuery {
	expr = promql(expr)
	q := prometheus.Dataquery{
		Datasource: source(), EditorMode: ptr(prometheus.QueryEditorModeCode), Expr: expr, RefId: ptr("Anno"),
		Interval: ptr("1m"), Range: ptr(true), Instant: ptr(false),
	}
	return dashboard.AnnotationQuery{
		Name: name, Datasource: source(), Enable: true, Hide: ptr(false), IconColor: colour, Target: &q,
		Expr: &expr, TitleFormat: &title, TextFormat: &body, Step: ptr("1m"), TagKeys: ptr("severity"), UseValueForTime: ptr(false),
	}
}

// events are on every dashboard.
func events() []dashboard.AnnotationQuery {
	return []dashboard.AnnotationQuery{
		annotation("Alerts", "red", "max by (alertname, severity, target, slo) ("+firing+")", "{{alertname}}", "{{severity}} {{target}} {{slo}}"),
		annotation("Served model changed", "purple",
			// Not changes() of its timestamp, which a restart of the prober changes as well.
			`count by (target) (count by (job, target, model, fingerprint) (last_over_time(firsttoken_target_revision_info{SEL}[$__rate_interval]))) > 1`,
			"{{target}} changed what it serves", "Its model or fingerprint is another; see the table of revisions."),
		annotation("Prober restarted", "yellow", `max by (instance) (changes(process_start_time_seconds{job=~"$job"}[$__rate_interval])) > 0`, "firsttoken restarted", "{{instance}}"),
	}
}

// gpuEvents mark hardware errors of the chosen GPUs.
func gpuEvents() []dashboard.AnnotationQuery {
	return []dashboard.AnnotationQuery{
		annotation("XID", "dark-red", "gpu:xid_errors:increase10m{NODE} > 0", "XID", "{{hostengine}} GPU {{gpu}}"),
		annotation("ECC, uncorrectable", "dark-orange", "gpu:ecc_uncorrectable_errors:increase1h{NODE} > 0", "Uncorrectable ECC error", "{{hostengine}} GPU {{gpu}}"),
		annotation("Row remap failed", "dark-purple", "gpu:row_remap_failed{NODE} > 0", "Row remap failed", "{{hostengine}} GPU {{gpu}}: replace it"),
	}
}
