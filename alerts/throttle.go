package alerts

import "time"

// Of the alerts that a target gets less load than it should for hours, so that its latencies look better than they are.
const (
	throttledShare  = 0.5 // of the set-point
	throttledSince  = time.Hour
	throttledFor    = 15 * time.Minute
	achievedWindow  = Window("1h")
	notAchievedFor  = 3 * time.Hour
	throttledSeries = "firsttoken_throttled_since_timestamp_seconds"
)

// throttled is about a server that keeps asking for less: every request that is sent may be answered well.
func (b builder) throttled() alert {
	return alert{
		name: "Throttled", severity: Ticket, component: endpoint,
		expr: b.unlessPaused(b.fill(`
max by ($byTarget) (firsttoken_tokens_per_minute_effective)
/
(max by ($byTarget) (firsttoken_tokens_per_minute_target) > 0)
< $share
and
  $throttled`, values{"share": number(throttledShare), "throttled": b.throttledLong()})),
		wait: throttledFor, keep: burnKeep,
		summary: "{{ $labels.target }} throttles: it is probed with {{ $value | humanizePercentage }} of its load",
		details: "Back-off leaves {{ $value | humanizePercentage }} of the set-point, " +
			lookup("firsttoken_tokens_per_minute_effective", "humanize", b.byTarget) + " of " +
			lookup("firsttoken_tokens_per_minute_target", "humanize", b.byTarget) + " tokens per minute. It began at " +
			lookup(throttledSeries, "humanizeTimestamp", b.byTarget) + ". Latencies are those of the smaller load.",
		by: b.byTarget, before: 6 * time.Hour,
		action: "Look up the limits of the account at the vendor, or of the gateway. Raise them, or lower" +
			" tokens_per_minute below them and reload.",
		dashboard: endpointDashboard,
	}
}

// loadNotAchieved is loadShort that lasts, for another reason than that of throttled.
func (b builder) loadNotAchieved() alert {
	return alert{
		name: "LoadNotAchieved", severity: Ticket, component: endpoint,
		expr: b.unlessPaused(b.fill(`
sum by ($byTarget) (rate(firsttoken_sent_tokens_total[$w]))
/
(sum by ($byTarget) (rate(firsttoken_scheduled_tokens_total[$w])) > 0)
< $share
unless
  $throttled`, values{"w": string(achievedWindow), "share": number(shortShare), "throttled": b.throttledLong()})),
		wait: notAchievedFor, keep: burnKeep,
		summary: "{{ $labels.target }} has had less load than it should for hours",
		details: "{{ $value | humanizePercentage }} of the scheduled tokens were sent in " + string(achievedWindow) +
			", and so it has been for " + hours(notAchievedFor) + ". Slots that were not used in that hour:" +
			each("sum by (reason) (increase(firsttoken_turns_skipped_total{$own}["+string(achievedWindow)+"])) > 0.5",
				b.byTarget, " {{ .Value | "+whole+" }} {{ .Labels.reason }}") + ".",
		by:        b.byTarget,
		action:    "Decide which is wrong, the set-point or the endpoint. Its latencies are those of the smaller load.",
		dashboard: endpointDashboard,
	}
}

// throttledLong holds the targets that have throttled without a break for long enough.
func (b builder) throttledLong() string {
	return b.fill("time() - (max by ($byTarget) ($since) > 0) > $long",
		values{"since": throttledSeries, "long": seconds(throttledSince)})
}

func hours(d time.Duration) string { return number(d.Hours()) + "h" }
