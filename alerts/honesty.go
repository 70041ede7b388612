package alerts

import "time"

// Of the alerts that a target's numbers are not what they seem, or that there are too few of them.
const (
	misconfiguredWindow = Window("15m")
	misconfiguredFor    = 5 * time.Minute
	localWindow         = Window("15m")
	streamWindow        = Window("1h")
	streamShare         = 0.5
	streamFor           = 15 * time.Minute
	modelWindow         = Window("15m")
	shortWindow         = Window("10m")
	shortShare          = 0.9
	shortFor            = 3 * time.Minute
	noAnswerAfter       = 30 * time.Second // shorter than first_token_timeout, a minute, by a scrape's interval
)

// misconfigured is about requests that are refused for their content or their key: they count in no
// objective, and no other alert sees them.
func (b builder) misconfigured() alert {
	const causes = "sum by (cause) (increase(firsttoken_failures_total{$own}[" + string(misconfiguredWindow) + "])) > 0.5"
	return alert{
		name: "TargetMisconfigured", severity: Ticket, component: prober,
		expr: b.unlessPaused(b.fill(`
sum by ($byTarget) (increase(firsttoken_requests_total{outcome=~"rejected|denied"}[$w])) > 0
unless
  sum by ($byTarget) (increase(firsttoken_requests_total{outcome="ok"}[$w])) > 0`,
			values{"w": string(misconfiguredWindow)})),
		wait: misconfiguredFor, keep: burnKeep,
		summary: "{{ $labels.target }} refuses what it is asked: the target is not being watched",
		details: "{{ $value | " + whole + " }} requests were refused in " + string(misconfiguredWindow) +
			", and none was answered:" +
			each(causes, b.byTarget, " {{ .Value | "+whole+" }} {{ .Labels.cause }}") + ". They count in no objective.",
		by: b.byTarget,
		action: "Run firsttoken once {{ $labels.target }}: it prints the server's own message and, where it is known," +
			" the remedy. Correct the configuration and reload.",
		dashboard: endpointDashboard,
	}
}

func (b builder) localFault() alert {
	return alert{
		name: "ProberLocalFault", severity: Ticket, component: prober,
		expr: b.fill(`sum by ($byInstance, target) (increase(firsttoken_requests_total{outcome="local"}[$w])) > 0`,
			values{"w": string(localWindow)}),
		keep:    burnKeep,
		summary: "The prober {{ $labels." + b.Replica + " }} cannot send to {{ $labels.target }}",
		details: "{{ $value | " + whole + " }} requests in " + string(localWindow) +
			" failed for want of file descriptors, memory or a readable key. They count in no objective.",
		by:        b.byInstance + ", target",
		action:    "Raise ulimit -n to a few times the number of targets, or mount the key file that is configured.",
		dashboard: fleetDashboard,
	}
}

func (b builder) notStreamed() alert {
	return alert{
		name: "NotStreamed", severity: Warning, component: endpoint,
		expr: b.fill(`
  sum by ($byTarget) (increase(firsttoken_not_streamed_total[$w]))
/
  (sum by ($byTarget) (increase(firsttoken_requests_total{outcome="ok"}[$w])) > 0)
> $share`, values{"w": string(streamWindow), "share": number(streamShare)}),
		wait: streamFor, keep: burnKeep,
		summary: "Answers of {{ $labels.target }} come all at once: something between you and the engine buffers",
		details: "{{ $value | humanizePercentage }} of the answers of the last " + string(streamWindow) +
			" were not streamed. They have no rate, and are bad for the tps objective.",
		by: b.byTarget,
		action: "Run firsttoken once {{ $labels.target }} on the engine's own host, and then through each hop: the" +
			" first hop at which the answer comes in one piece is the one that buffers.",
		dashboard: endpointDashboard,
	}
}

func (b builder) otherModel() alert {
	return alert{
		name: "OtherModel", severity: Ticket, component: endpoint,
		expr: b.fill(`sum by ($byTarget) (increase(firsttoken_other_model_total[$w])) > 0`,
			values{"w": string(modelWindow)}),
		keep:    burnKeep,
		summary: "{{ $labels.target }} is answered by another model than the one that was asked for",
		details: "{{ $value | " + whole + " }} answers of the last " + string(modelWindow) +
			" named another model. Every number about the target is about that one.",
		by:        b.byTarget,
		action:    "Ask the gateway's operator whether this is intended: users get another model too.",
		dashboard: endpointDashboard,
	}
}

func (b builder) calibrationBounded() alert {
	return alert{
		name: "CalibrationBounded", severity: Ticket, component: prober,
		expr:    b.fill("max by ($byTarget) (firsttoken_tokens_per_word_bounded) == 1", nil),
		wait:    misconfiguredFor,
		summary: "{{ $labels.target }} misreports the size of prompts, or `tokens_per_word` is far off",
		details: "The calibration stands at its bound ({{ $value }}): " +
			lookup("firsttoken_tokens_per_word", "humanize", b.byTarget) + " tokens a word. Prompts do not have the size" +
			" that they should, and neither usage nor cost of this target is to be believed.",
		by: b.byTarget, before: 24 * time.Hour,
		action: "Compare with the engine's own counters of tokens. If the server is right, set workload: tokens_per_word" +
			" and reload; if not, tell its operator.",
		dashboard: endpointDashboard,
	}
}

// loadShort compares what was sent with what the schedule asked for.
func (b builder) loadShort() alert {
	const reasons = "sum by (reason) (increase(firsttoken_turns_skipped_total{$own}[" + string(shortWindow) + "])) > 0.5"
	return alert{
		name: "LoadShort", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.fill(`
  sum by ($byTarget) (rate(firsttoken_sent_tokens_total[$w]))
/
  (sum by ($byTarget) (rate(firsttoken_scheduled_tokens_total[$w])) > 0)
< $share`, values{"w": string(shortWindow), "share": number(shortShare)})),
		wait: shortFor, keep: burnKeep,
		summary: "{{ $labels.target }} gets less load than it should",
		details: "{{ $value | humanizePercentage }} of the scheduled tokens were sent in " + string(shortWindow) +
			". Slots that were not used:" +
			each(reasons, b.byTarget, " {{ .Value | "+whole+" }} {{ .Labels.reason }}") + ".",
		by:        b.byTarget,
		action:    "Look at what keeps the slots unused. Until then latencies look better than they are.",
		dashboard: endpointDashboard,
	}
}

// noAnswer is quicker than targetDown, which counts failures and so waits for timeouts.
func (b builder) noAnswer() alert {
	return alert{
		name: "NoAnswer", severity: Warning, component: endpoint,
		expr: b.unlessPaused(b.fill(`time() - (max by ($byTarget) (firsttoken_waiting_since_timestamp_seconds) > 0) > $after`,
			values{"after": seconds(noAnswerAfter)})),
		keep:      5 * time.Minute,
		summary:   "{{ $labels.target }} holds a request and does not answer",
		details:   "The oldest request has waited for its first token for {{ $value | humanizeDuration }}.",
		by:        b.byTarget,
		action:    "Look at the engine's own queue and log. TargetDown follows when requests time out.",
		dashboard: endpointDashboard,
	}
}
