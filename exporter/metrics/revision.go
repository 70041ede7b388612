package metrics

import (
	"sync"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// revision is what answers, as the endpoint itself says.
//
//	answers      A     A     B     B
//	info         A=1   A=1   B=1   B=1     one series at a time
//	timestamp    t1    t1    t3    t3      changes() is 1
//
// Neither series exists before the first good answer: a series created at t1 is no change, one that went from 0 to t1
// would be. A restart of this process is one, as it cannot know what came before.
type revision struct {
	info, timestamp series.Vec
}

// revisionRows have no update: what a revision is called is known from its first answer on, and until then there is
// no series.
func revisionRows() []row {
	return []row{
		{when: goodResult, family: series.Family{
			Type: series.TypeGauge, Name: "target_revision_info",
			Labels: []series.Label{{Name: "model"}, {Name: "fingerprint"}, {Name: "server"}},
			Help:   "Always 1; the model, fingerprint and Server header of the last good answer.",
		}},
		{when: goodResult, family: series.Family{
			Type: series.TypeGauge, Name: "target_revision_timestamp_seconds", Unit: "seconds",
			Help: "When firsttoken_target_revision_info was first seen or last changed, in seconds since 1970; " +
				"absent before the first good answer.",
		}},
	}
}

func newRevision(s *series.Registry) revision {
	rows := revisionRows()
	return revision{info: s.Vec(rows[0].family), timestamp: s.Vec(rows[1].family)}
}

// targetRevision is the current revision of one target.
type targetRevision struct {
	revision
	target string

	mu      sync.Mutex
	seen    bool
	deleted bool // a late answer must not create the series of a stopped target again
	current [3]string
}

func (r revision) create(target string) *targetRevision {
	return &targetRevision{revision: r, target: target}
}

// observe takes a good answer. The error page of a gateway would carry the gateway's name.
func (r *targetRevision) observe(result *prober.Result) {
	id := result.Identity
	current := [3]string{valid(id.Model), valid(id.Fingerprint), valid(id.Server)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.deleted || r.seen && current == r.current {
		return
	}
	r.deleteInfo()
	r.seen, r.current = true, current
	r.info.Single(r.target, current[:]...).Observe(1)
	r.timestamp.Single(r.target).Observe(unixSeconds(result.End))
}

func (r *targetRevision) delete() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deleted = true
	r.deleteInfo()
	r.timestamp.Delete(r.target)
}

func (r *targetRevision) deleteInfo() {
	if r.seen {
		r.info.DeleteSingle(r.target, r.current[:]...)
	}
}
