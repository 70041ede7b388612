package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// outcomeRows count what was asked and how it ended.
func outcomeRows() []row {
	outcomeOf := func(o *observation) chat.Outcome { return o.result.Outcome }
	recallOf := func(o *observation) chat.Recall { return o.result.Recall }
	return []row{
		{when: everyResult, update: countBy(chat.Outcomes(), outcomeOf), family: series.Family{
			Type: series.TypeCounter, Name: "requests_total",
			Labels: []series.Label{series.LabelOf("outcome", chat.Outcomes()...)},
			Help: "Requests by how they ended. Bootstrap turns count; " +
				"a request that this process gave up itself is cancelled.",
		}},
		{when: otherEvents, update: countBy(prober.Reasons(), reasonOf), family: series.Family{
			Type: series.TypeCounter, Name: "turns_skipped_total",
			Labels: []series.Label{series.LabelOf("reason", prober.Reasons()...)},
			Help:   "Slots of the schedule that were not used, by reason.",
		}},
		{when: everyResult, update: countBy([]chat.Recall{chat.Right, chat.Wrong}, recallOf), family: series.Family{
			Type: series.TypeCounter, Name: "recall_checks_total",
			Labels: []series.Label{series.LabelOf("result", chat.Right.String(), chat.Wrong.String())},
			Help:   "Answers to questions whose right answer stands deep in the context.",
		}},
		{when: everyResult, update: countFailures, family: series.Family{
			Type: series.TypeGauge, Name: "consecutive_failures",
			Help: "Requests that failed since the last good one. " +
				"An outcome that is not the endpoint's fault changes nothing.",
		}},
		{when: goodResult, update: trackSuccess, family: series.Family{
			Type: series.TypeGauge, Name: "last_success_timestamp_seconds", Unit: "seconds",
			Help: "When the last good answer ended, in seconds since 1970; 0 when there was none yet.",
		}},
	}
}

// reasonOf is no reason for any other event.
func reasonOf(o *observation) prober.Reason {
	e, _ := o.event.(prober.Skipped)
	return e.Reason
}

// countFailures counts the failures since the last good answer. Results arrive concurrently, so the lock covers the
// gauge as well.
func countFailures(_ prober.Target, s []prometheus.Observer) func(*observation) {
	var mu sync.Mutex
	failures := 0
	return func(o *observation) {
		mu.Lock()
		defer mu.Unlock()
		switch outcome := o.result.Outcome; {
		case outcome == chat.OK:
			failures = 0
		case outcome.Excused(): // not the endpoint's
		default:
			failures++
		}
		s[0].Observe(float64(failures))
	}
}

// trackSuccess keeps the end of the latest good answer. Results arrive out of order, so an earlier end changes nothing.
func trackSuccess(_ prober.Target, s []prometheus.Observer) func(*observation) {
	var mu sync.Mutex
	var latest time.Time
	return func(o *observation) {
		mu.Lock()
		defer mu.Unlock()
		if o.result.End.After(latest) {
			latest = o.result.End
			s[0].Observe(unixSeconds(latest))
		}
	}
}

// unixSeconds is how Prometheus writes an instant.
func unixSeconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }
