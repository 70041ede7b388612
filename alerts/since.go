package alerts

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Prometheus tells templates nothing of the time at which an alert began. The series ALERTS_FOR_STATE has it, from the
// second evaluation on.

// description is the details, and since when they are so.
func (a alert) description() string {
	if a.by == "" {
		return a.details
	}
	began := fmt.Sprintf("floor(min(ALERTS_FOR_STATE{$own,alertname=%q}))", Prefix+a.name)
	return a.details + " Since " + query(began, "humanizeTimestamp", a.by, "just now") + "."
}

// link opens a dashboard at the time range of the incident: from a while before its beginning to half an hour after the
// last evaluation, in milliseconds as Grafana wants them.
func (a alert) link() string {
	separator := "?"
	if strings.Contains(a.dashboard, "?") {
		separator = "&"
	}
	if a.by == "" {
		return a.dashboard + separator + "from=now-6h&to=now"
	}
	from := fmt.Sprintf("1000 * (floor(min(ALERTS_FOR_STATE{$own,alertname=%q}) or vector(time())) - %s)",
		Prefix+a.name, seconds(cmp.Or(a.before, time.Hour)))
	to := fmt.Sprintf("1000 * floor(vector(time() + %s))", seconds(30*time.Minute))
	return a.dashboard + separator + "from=" + query(from, whole, a.by, "") + "&to=" + query(to, whole, a.by, "")
}
