package metrics

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// revision is who answers, as the endpoint itself says.
//
//	answers      A     A     B     B
//	info         A=1   A=1   B=1   B=1     one series at a time
//	timestamp    t1    t1    t3    t3      changes() is 1
//
// Neither exists before the first good answer: a series born at t1 is no change, one that went from
// 0 to t1 would be. A restart of this process is one, as it cannot know what came before.
type revision struct {
	info, timestamp series.Vec[prometheus.Gauge]
}

func newRevision(s *series.Registry) revision {
	return revision{
		info: s.GaugeVec(series.Family{Name: "target_revision_info", Labels: []series.Label{{Name: "model"}, {Name: "fingerprint"}, {Name: "server"}},
			Help: "Always 1; the model, fingerprint and Server header of the last good answer."}),
		timestamp: s.GaugeVec(series.Family{Name: "target_revision_timestamp_seconds", Unit: "seconds",
			Help: "When firsttoken_target_revision_info was first seen or last changed, in seconds since 1970; absent before the first good answer."}),
	}
}

// revisionOf is the current revision of one target.
type revisionOf struct {
	family revision
	target string
	mu     sync.Mutex
	seen   bool
	gone   bool // a late answer must not bring a forgotten target back
	now    [3]string
}

func (r revision) create(target string) *revisionOf { return &revisionOf{family: r, target: target} }

// observe looks at good answers only: the error page of a gateway carries the gateway's name.
func (r *revisionOf) observe(result prober.Result) {
	if result.Outcome != chat.OK {
		return
	}
	id := result.Identity
	now := [3]string{valid(id.Model), valid(id.Fingerprint), valid(id.Server)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.gone || r.seen && now == r.now {
		return
	}
	r.drop()
	r.seen, r.now = true, now
	r.family.info.Single(r.target, now[0], now[1], now[2]).Set(1)
	r.family.timestamp.Single(r.target).Set(unixSeconds(result.End))
}

func (r *revisionOf) delete() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gone = true
	r.drop()
	r.family.timestamp.DeleteSingle(r.target)
}

func (r *revisionOf) drop() {
	if r.seen {
		r.family.info.DeleteSingle(r.target, r.now[0], r.now[1], r.now[2])
	}
}
