package alerts

import (
	"cmp"
	"fmt"
	"strconv"
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
	matchers, args := ownMatchers(a.by)
	query := fmt.Sprintf("floor(min(ALERTS_FOR_STATE{%s,alertname=%q}))", strings.Join(matchers, ","), Prefix+a.name)
	return a.details + fmt.Sprintf(` Since {{ with printf %s%s | query }}{{ . | first | value | humanizeTimestamp }}`+
		`{{ else }}just now{{ end }}.`, strconv.Quote(query), args)
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
	matchers, args := ownMatchers(a.by)
	before := cmp.Or(a.before, time.Hour)
	from := fmt.Sprintf("1000 * (floor(min(ALERTS_FOR_STATE{%s,alertname=%q}) or vector(time())) - %s)",
		strings.Join(matchers, ","), Prefix+a.name, seconds(before))
	to := fmt.Sprintf("1000 * floor(vector(time() + %s))", seconds(30*time.Minute))
	return a.dashboard + separator +
		fmt.Sprintf(`from={{ with printf %s%s | query }}{{ . | first | value | printf "%%.0f" }}{{ end }}`,
			strconv.Quote(from), args) +
		fmt.Sprintf(`&to={{ with query %s }}{{ . | first | value | printf "%%.0f" }}{{ end }}`, strconv.Quote(to))
}
