package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// exclusionRows count the results that other series leave out, because they would bend a number, and the causes of
// failures.
func exclusionRows() []row {
	causeOf := func(o *observation) chat.Cause { return o.result.Cause }
	contradictions := []prober.CacheResult{prober.Lost, prober.Kept}
	cacheResultOf := func(o *observation) prober.CacheResult { return o.result.CacheResult() }
	return []row{
		{when: everyResult, update: countBy(chat.Causes(), causeOf), family: series.Family{
			Type: series.TypeCounter, Name: "failures_total",
			Labels: []series.Label{series.LabelOf("cause", chat.Causes()...)},
			Help:   "Requests that were not ok, by their cause; docs/runbooks.md says what each one means.",
		}},
		{when: goodResult, update: countIf(prober.Result.NotStreamed), family: series.Family{
			Type: series.TypeCounter, Name: "not_streamed_total",
			Help: "Good answers that came at once, or nearly so: something between the engine and this process " +
				"buffers. They have no rate, and are bad for the tps objective.",
		}},
		{when: goodResult, update: addHidden, family: series.Family{
			Type: series.TypeCounter, Name: "hidden_tokens_total",
			Help: "Output tokens of good answers that were generated and not streamed: reasoning that the server keeps " +
				"to itself or tells in summary. They are in no rate.",
		}},
		{when: everyResult, update: countIf(doubted), family: series.Family{
			Type: series.TypeCounter, Name: "untrusted_total",
			Help: "Results of which this process doubted its own numbers (untrusted in the results file). " +
				"They are not in firsttoken_ttft_log, which says when an endpoint became slower.",
		}},
		{when: everyResult, update: countIf(sharedFirstToken), family: series.Family{
			Type: series.TypeCounter, Name: "first_token_shared_total",
			Help: "First tokens that came in one read with what followed, so that their instant may be that of the newest.",
		}},
		{when: goodResult, update: countBy(contradictions, cacheResultOf), family: series.Family{
			Type: series.TypeCounter, Name: "cache_contradictions_total",
			Labels: []series.Label{series.LabelOf("result", contradictions...)},
			Help: "Good answers whose usage contradicts what their turn expected of the cache: a warm prefix that was " +
				"lost, a cold one that was kept. They are in no latency series.",
		}},
		{when: goodResult, update: countOtherModel, family: series.Family{
			Type: series.TypeCounter, Name: "other_model_total",
			Help: "Good answers by another model than the one that was asked for, and none of answers_as.",
		}},
	}
}

// departureRows count answers that are no measure of something because of what the server sent or did not.
func departureRows() []row {
	return []row{
		{when: goodResult, update: each(countQuirks), family: series.Family{
			Type: series.TypeCounter, Name: "quirks_total",
			Labels: []series.Label{series.LabelOf("quirk", chat.AllQuirks()...)},
			Help: "Good answers that departed from their dialect, by how; docs/accuracy.md says what each one means. " +
				"What it takes away is unknown, and in no series.",
		}},
		{when: otherEvents, only: hasObjective, update: countEstimated(false), family: series.Family{
			Type: series.TypeCounter, Name: "slo_estimated_events_total",
			Labels: []series.Label{series.LabelOf("slo", slo.TPS)},
			Help: "Verdicts on tps that rest on the number of events, as the server counted no tokens. " +
				"They are not part of firsttoken_slo_events_total.",
		}},
		{when: otherEvents, only: hasObjective, update: countEstimated(true), family: series.Family{
			Type: series.TypeCounter, Name: "slo_estimated_bad_events_total",
			Labels: []series.Label{series.LabelOf("slo", slo.TPS)},
			Help:   "Of firsttoken_slo_estimated_events_total, the bad ones.",
		}},
	}
}

func doubted(r prober.Result) bool { return r.Untrusted }

func sharedFirstToken(r prober.Result) bool { return r.FirstShared }

// countIf counts results of which something is true.
func countIf(is func(prober.Result) bool) update {
	return each(func(s []prometheus.Observer, o *observation) {
		if is(o.result) {
			s[0].Observe(1)
		}
	})
}

func addHidden(_ prober.Target, s []prometheus.Observer) func(*observation) {
	return func(o *observation) {
		if n, _ := o.result.HiddenTokens(); n > 0 {
			s[0].Observe(float64(n))
		}
	}
}

func countOtherModel(t prober.Target, s []prometheus.Observer) func(*observation) {
	return func(o *observation) {
		if !t.AskedFor(o.result.Identity.Model) {
			s[0].Observe(1)
		}
	}
}

func countQuirks(s []prometheus.Observer, o *observation) {
	for i, quirk := range chat.AllQuirks() {
		if o.result.Quirks.Has(quirk) {
			s[i].Observe(1)
		}
	}
}

func countEstimated(badOnly bool) update {
	return each(func(s []prometheus.Observer, o *observation) {
		if e, ok := o.event.(prober.Judged); ok && e.Estimated && !e.Doubted && (e.Bad || !badOnly) && s[0] != nil {
			s[0].Observe(1)
		}
	})
}
