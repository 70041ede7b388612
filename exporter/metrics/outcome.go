package metrics

import (
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// outcomes count what was asked and how it ended.
type outcomes struct {
	requests, skipped, recall series.Vec[prometheus.Counter]
	failures, lastSuccess     series.Vec[prometheus.Gauge]
}

func newOutcomes(s *series.Registry) outcomes {
	return outcomes{
		requests: s.CounterVec(series.Family{Name: "requests_total", Labels: []series.Label{{Name: "outcome", Values: series.Values(chat.Outcomes())}},
			Help: "Requests by how they ended. Bootstrap turns count; a request that this process gave up itself is cancelled."}),
		skipped: s.CounterVec(series.Family{Name: "turns_skipped_total", Labels: []series.Label{{Name: "reason", Values: series.Values(prober.Reasons())}},
			Help: "Slots of the schedule that were not used, by reason."}),
		recall: s.CounterVec(series.Family{Name: "recall_checks_total", Labels: []series.Label{{Name: "result", Values: []string{"right", "wrong"}}},
			Help: "Answers to questions whose right answer stands deep in the context."}),
		failures: s.GaugeVec(series.Family{Name: "consecutive_failures",
			Help: "Requests that failed since the last good one. A cancelled request is not the server's failure and changes nothing."}),
		lastSuccess: s.GaugeVec(series.Family{Name: "last_success_timestamp_seconds", Unit: "seconds",
			Help: "When the last good answer ended, in seconds since 1970; 0 when there was none yet."}),
	}
}

type outcomesOf struct {
	requests, skipped     []prometheus.Counter // in the order of chat.Outcomes and prober.Reasons
	right, wrong          prometheus.Counter
	failures, lastSuccess prometheus.Gauge
	streak                *streak
}

func (o outcomes) create(target string) outcomesOf {
	recall := o.recall.Create(target)
	return outcomesOf{
		o.requests.Create(target), o.skipped.Create(target),
		recall[0], recall[1],
		o.failures.Single(target), o.lastSuccess.Single(target),
		&streak{},
	}
}

func (o outcomes) delete(target string) {
	o.requests.Delete(target)
	o.skipped.Delete(target)
	o.recall.Delete(target)
	o.failures.Delete(target)
	o.lastSuccess.Delete(target)
}

func (o outcomesOf) observe(r prober.Result) {
	if i := slices.Index(chat.Outcomes(), r.Outcome); i >= 0 {
		o.requests[i].Inc()
	}
	switch r.Recall {
	case chat.Right:
		o.right.Inc()
	case chat.Wrong:
		o.wrong.Inc()
	case chat.NotAsked:
	}
	o.streak.add(r, o.failures, o.lastSuccess)
}

func (o outcomesOf) skip(reason prober.Reason) {
	if i := slices.Index(prober.Reasons(), reason); i >= 0 {
		o.skipped[i].Inc()
	}
}

// streak keeps its two gauges of one mind: answers end on many goroutines, and not in the order in
// which they are told.
type streak struct {
	mu       sync.Mutex
	failures int
	success  time.Time
}

func (s *streak) add(r prober.Result, failures, lastSuccess prometheus.Gauge) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Outcome {
	case chat.OK:
		s.failures = 0
		if r.End.After(s.success) {
			s.success = r.End
			lastSuccess.Set(unixSeconds(r.End))
		}
	case chat.Cancelled:
	default:
		s.failures++
	}
	failures.Set(float64(s.failures))
}

// unixSeconds is how Prometheus writes an instant.
func unixSeconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }
