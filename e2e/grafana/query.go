package grafana

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"

	"github.com/firsttoken/firsttoken/e2e/promlab"
)

// Series is one result of a query: one value for an instant, many for a range.
type Series struct {
	Ref, Name string
	Labels    labels.Labels
	At        []time.Time
	Values    []float64
}

// Last is the newest value.
func (s Series) Last() float64 { return s.Values[len(s.Values)-1] }

// Ask runs one query of a panel.
func (v *View) Ask(ctx context.Context, p Panel, q Query) ([]Series, error) {
	if q.Instant {
		return v.now(ctx, q)
	}
	lasts := v.lasts(p)
	points := time.Duration(180)
	if p.Type == "xychart" {
		points = 1000
	}
	step := (lasts / points).Round(time.Minute)
	if q.Interval != "" {
		if least, err := time.ParseDuration(q.Interval); err == nil {
			step = max(step, least)
		}
	}
	return v.over(ctx, q, lasts, max(step, scrapeInterval))
}

// From is where the time axis of a panel begins: a range before the view's instant, or the beginning of its month.
func (v *View) From(p Panel) time.Time {
	if p.TimeFrom == "now/M" {
		return time.Date(v.At.Year(), v.At.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	return v.At.Add(-v.Range)
}

func (v *View) lasts(p Panel) time.Duration { return v.At.Sub(v.From(p)) }

func (v *View) now(ctx context.Context, q Query) ([]Series, error) {
	found, err := v.instant(ctx, v.Fill(q.Expr, time.Minute))
	if err != nil {
		return nil, err
	}
	var all []Series
	for _, s := range found {
		all = append(all, Series{
			Ref: q.RefID, Name: legend(q.LegendFormat, s.Metric), Labels: s.Metric,
			At: []time.Time{time.UnixMilli(s.T)}, Values: []float64{s.F},
		})
	}
	return all, nil
}

func (v *View) instant(ctx context.Context, expr string) (promql.Vector, error) {
	return promlab.Instant(ctx, v.engine, v.Storage, expr, v.At)
}

func (v *View) over(ctx context.Context, q Query, lasts, step time.Duration) ([]Series, error) {
	end := v.At.Truncate(step)
	run, err := v.engine.NewRangeQuery(ctx, v.Storage, nil, v.Fill(q.Expr, step), end.Add(-lasts), end, step)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	r := run.Exec(ctx)
	if r.Err != nil {
		return nil, r.Err
	}
	matrix, err := r.Matrix()
	if err != nil {
		return nil, err
	}
	var all []Series
	for _, m := range matrix {
		s := Series{Ref: q.RefID, Name: legend(q.LegendFormat, m.Metric), Labels: m.Metric.Copy()}
		for _, f := range m.Floats {
			s.At, s.Values = append(s.At, time.UnixMilli(f.T)), append(s.Values, f.F)
		}
		// Of native histograms only the counts are kept: a heatmap of them is not drawn here.
		for _, h := range m.Histograms {
			s.At, s.Values = append(s.At, time.UnixMilli(h.T)), append(s.Values, h.H.Count)
		}
		all = append(all, s)
	}
	return all, nil
}

var placeholder = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)

func legend(format string, l labels.Labels) string {
	if format == "" {
		return l.String()
	}
	return placeholder.ReplaceAllStringFunc(format, func(m string) string { return l.Get(strings.Trim(m, "{} ")) })
}
