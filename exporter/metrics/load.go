package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// loadRows are the load: what was asked for, what back-off leaves of it, and what came of it.
func loadRows() []row {
	setPoint := func(e prober.RateChanged) float64 { return e.SetPoint }
	effective := func(e prober.RateChanged) float64 { return e.Effective }
	throttledSince := func(e prober.RateChanged) float64 {
		if e.ThrottledSince.IsZero() {
			return 0
		}
		return unixSeconds(e.ThrottledSince)
	}
	return []row{
		{when: otherEvents, update: setRate(setPoint), family: series.Family{
			Type: series.TypeGauge, Name: "tokens_per_minute_target",
			Help: "Set-point of the load in input tokens per minute, cached or not; 0 until the load starts.",
		}},
		{when: otherEvents, update: setRate(effective), family: series.Family{
			Type: series.TypeGauge, Name: "tokens_per_minute_effective",
			Help: "What back-off, budget and pauses leave of the set-point, in tokens per minute.",
		}},
		{when: otherEvents, update: setRate(throttledSince), family: series.Family{
			Type: series.TypeGauge, Name: "throttled_since_timestamp_seconds", Unit: "seconds",
			Help: "When the server began to throttle, in seconds since 1970, also before a restart; 0 when it no longer does.",
		}},
		{when: everyResult | otherEvents, update: setResident, family: series.Family{
			Type: series.TypeGauge, Name: "resident_tokens",
			Help: "Tokens that the server's prefix cache may hold for the target's live sessions, by their expected size: " +
				"their last prompts, and the shared prefix once.",
		}},
		{when: otherEvents, update: setPaused, family: series.Family{
			Type: series.TypeGauge, Name: "paused",
			Labels: []series.Label{series.LabelOf("reason", prober.Paused, prober.Maintenance)},
			Help: "1 while nothing is sent because an operator paused the target, or in a maintenance window. Nothing then " +
				"counts in any objective, and alerts about the target are silent.",
		}},
		{when: otherEvents, update: addScheduled, family: series.Family{
			Type: series.TypeCounter, Name: "scheduled_tokens_total",
			Help: "Input tokens that the schedule asked for, by the expected size of the prompts: of slots that were " +
				"used and of those that were not. Slots of a pause or a maintenance are left out.",
		}},
		{when: otherEvents, update: addSent, family: series.Family{
			Type: series.TypeCounter, Name: "sent_tokens_total",
			Help: "Of firsttoken_scheduled_tokens_total, those of the requests that were sent.",
		}},
		{when: everyResult | otherEvents, update: startMinutes, family: series.Family{
			Type: series.TypeHistogram, Name: "tokens_per_minute", Buckets: tpmBuckets(),
			Labels: []series.Label{series.LabelOf("direction", "input", "output")},
			Help: "One observation for each whole UTC minute of a target's life, zeros included: " +
				"the tokens, by usage, of the answers that ended in it. " +
				"None for a minute with a good answer whose usage does not count them.",
		}},
	}
}

// setResident sets the gauge whenever a request begins or ends.
func setResident(_ prober.Target, s []prometheus.Observer) func(*observation) {
	return func(o *observation) {
		switch e := o.event.(type) {
		case prober.Sent:
			s[0].Observe(float64(e.Resident))
		case nil:
			s[0].Observe(float64(o.result.ResidentTokens))
		}
	}
}

// setPaused sets the gauges of both kinds of pause, in the order of their label.
func setPaused(_ prober.Target, s []prometheus.Observer) func(*observation) {
	return func(o *observation) {
		if e, ok := o.event.(prober.RateChanged); ok {
			s[0].Observe(oneIf(!e.Pause.Since.IsZero()))
			s[1].Observe(oneIf(!e.Pause.Until.IsZero()))
		}
	}
}

// addScheduled adds what a slot stood for, whether it was used or not.
func addScheduled(_ prober.Target, s []prometheus.Observer) func(*observation) {
	return func(o *observation) {
		switch e := o.event.(type) {
		case prober.Sent:
			s[0].Observe(float64(e.Tokens))
		case prober.Skipped:
			if e.Reason != prober.Paused && e.Reason != prober.Maintenance {
				s[0].Observe(e.Tokens)
			}
		}
	}
}

func addSent(_ prober.Target, s []prometheus.Observer) func(*observation) {
	return func(o *observation) {
		if e, ok := o.event.(prober.Sent); ok {
			s[0].Observe(float64(e.Tokens))
		}
	}
}

// setRate sets a gauge with each change of the rate.
func setRate(of func(prober.RateChanged) float64) update {
	return each(func(s []prometheus.Observer, o *observation) {
		if e, ok := o.event.(prober.RateChanged); ok {
			s[0].Observe(of(e))
		}
	})
}
