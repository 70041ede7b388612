package promlab

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
)

// NewEngine is Prometheus' engine with limits for tests.
func NewEngine() *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{
		Logger: slog.New(slog.DiscardHandler), MaxSamples: 50_000_000, Timeout: 5 * time.Minute,
		EnableAtModifier: true, EnableNegativeOffset: true, Parser: parser.NewParser(parser.Options{}),
	})
}

// Query evaluates an expression at an instant.
func (s *Server) Query(ctx context.Context, expr string, at time.Time) (promql.Vector, error) {
	return Instant(ctx, s.engine, s.DB, expr, at)
}

// Instant evaluates an expression at an instant. A scalar is a vector of one value.
func Instant(
	ctx context.Context, engine *promql.Engine, from storage.Queryable, expr string, at time.Time,
) (promql.Vector, error) {
	q, err := engine.NewInstantQuery(ctx, from, nil, expr, at)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	r := q.Exec(ctx)
	if r.Err != nil {
		return nil, r.Err
	}
	if s, ok := r.Value.(promql.Scalar); ok {
		return promql.Vector{{T: s.T, F: s.V}}, nil
	}
	v, err := r.Vector()
	return slices.Clone(v), err
}
