package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// waitingRows tell of requests that have not ended, so that an endpoint which hangs is seen before a timeout says so.
func waitingRows() []row {
	return []row{
		{when: everyResult | otherEvents, update: trackInFlight, family: series.Family{
			Type: series.TypeGauge, Name: "requests_in_flight",
			Help: "Requests that were sent and have not ended.",
		}},
		{when: everyResult | otherEvents, update: trackWaiting, family: series.Family{
			Type: series.TypeGauge, Name: "waiting_since_timestamp_seconds", Unit: "seconds",
			Help: "When the oldest of the requests that still wait for their first token was sent, " +
				"in seconds since 1970; 0 while none waits. Its age is time() less this.",
		}},
	}
}

// trackInFlight counts requests by their ids.
func trackInFlight(_ prober.Target, s []prometheus.Observer) func(*observation) {
	return trackRequests(false, func(sent map[string]time.Time) { s[0].Observe(float64(len(sent))) })
}

// trackWaiting finds the oldest request without a first token.
func trackWaiting(_ prober.Target, s []prometheus.Observer) func(*observation) {
	return trackRequests(true, func(sent map[string]time.Time) {
		var oldest time.Time
		for _, at := range sent {
			if oldest.IsZero() || at.Before(oldest) {
				oldest = at
			}
		}
		if oldest.IsZero() {
			s[0].Observe(0)
			return
		}
		s[0].Observe(unixSeconds(oldest))
	})
}

// trackRequests keeps when each request was sent, until it ends, or until its first token if that is asked for, and
// reports every change. Events arrive concurrently, and a first token may come before the news that its request was
// sent.
func trackRequests(untilFirstToken bool, report func(sent map[string]time.Time)) func(*observation) {
	var mu sync.Mutex
	sent := map[string]time.Time{}
	return func(o *observation) {
		mu.Lock()
		defer mu.Unlock()
		switch e := o.event.(type) {
		case prober.Sent:
			sent[e.ID] = e.At
		case prober.FirstToken:
			if !untilFirstToken {
				return
			}
			delete(sent, e.ID)
		case nil:
			delete(sent, o.result.ID)
		default:
			return
		}
		report(sent)
	}
}
