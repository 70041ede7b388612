package promlab

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// Series is a float series that a test makes up, with its reference in the database once it has one.
type Series struct {
	Labels labels.Labels
	Value  float64
	ref    storage.SeriesRef
}

// NewSeries makes a series of a metric. The pairs are label names and values in turn.
func NewSeries(metric string, pairs ...string) *Series {
	return &Series{Labels: labels.NewBuilder(labels.FromStrings(pairs...)).Set(model.MetricNameLabel, metric).Labels()}
}

// Append records the current value of all the series.
func (s *Server) Append(ctx context.Context, at time.Time, all []*Series) error {
	app := s.DB.AppenderV2(ctx)
	for _, x := range all {
		ref, err := app.Append(x.ref, x.Labels, 0, at.UnixMilli(), x.Value, nil, nil, storage.AOptions{})
		if err != nil {
			return errors.Join(err, app.Rollback())
		}
		x.ref = ref
	}
	return app.Commit()
}
