package promlab

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// Firing is one series of ALERTS that fired, and the instants at which it did, first to last.
type Firing struct {
	Labels labels.Labels
	At     []time.Time
}

// Name of the alert.
func (f Firing) Name() string { return f.Labels.Get(labels.AlertName) }

// First is the instant at which it began to fire.
func (f Firing) First() time.Time { return f.At[0] }

// Fired lists every alert that fired in [from, to].
func (s *Server) Fired(ctx context.Context, from, to time.Time) (fired []Firing, err error) {
	q, err := s.DB.Querier(from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	set := q.Select(ctx, true, nil,
		labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, "ALERTS"),
		labels.MustNewMatcher(labels.MatchEqual, "alertstate", "firing"))
	for set.Next() {
		f := Firing{Labels: set.At().Labels()}
		it := set.At().Iterator(nil)
		for v := it.Next(); v != chunkenc.ValNone; v = it.Next() {
			if t, x := it.At(); !math.IsNaN(x) { // a stale marker ends it
				f.At = append(f.At, time.UnixMilli(t))
			}
		}
		if len(f.At) > 0 {
			fired = append(fired, f)
		}
	}
	return fired, set.Err()
}
