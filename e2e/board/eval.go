package board

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
)

// View is a dashboard as somebody looks at it: a time, a range, and values of variables.
type View struct {
	Storage storage.Queryable
	At      time.Time
	Range   time.Duration
	Values  map[string]string

	engine *promql.Engine
}

// Series is one result of a query: one value for an instant, many for a range.
type Series struct {
	Ref, Name string
	Labels    labels.Labels
	At        []time.Time
	Values    []float64
}

// Last value.
func (s Series) Last() float64 { return s.Values[len(s.Values)-1] }

func newEngine() *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{
		Logger: slog.New(slog.DiscardHandler), MaxSamples: 50_000_000, Timeout: 5 * time.Minute,
		EnableAtModifier: true, EnableNegativeOffset: true, Parser: parser.NewParser(parser.Options{}),
	})
}

// Open a dashboard at an instant, every variable at its default but for chosen ones.
func Open(ctx context.Context, store storage.Queryable, d Dashboard, at time.Time, chosen map[string]string) (*View, error) {
	v := &View{Storage: store, At: at, Values: map[string]string{}, engine: newEngine()}
	lasts, err := model.ParseDuration(strings.TrimPrefix(d.Time.From, "now-"))
	if err != nil {
		return nil, err
	}
	v.Range = time.Duration(lasts)
	for _, x := range d.Templating.List {
		value, ok := chosen[x.Name]
		if !ok {
			if value, err = v.initial(ctx, x); err != nil {
				return nil, fmt.Errorf("variable %s: %w", x.Name, err)
			}
		}
		v.Values[x.Name] = value
	}
	return v, nil
}

var labelValues = regexp.MustCompile(`^label_values\((.*), (\w+)\)$`)

func (v *View) initial(ctx context.Context, x Variable) (string, error) {
	if x.Type != "query" {
		return x.Current.Value, nil
	}
	if x.IncludeAll && x.AllValue != nil {
		return *x.AllValue, nil
	}
	options, err := v.options(ctx, x)
	if err != nil {
		return "", err
	}
	if len(options) == 0 {
		return "", fmt.Errorf("%s offers nothing", v.Fill(x.Query, time.Minute))
	}
	if !x.IncludeAll {
		return options[0], nil
	}
	return "(" + strings.Join(options, "|") + ")", nil
}

// options that a label_values variable offers.
func (v *View) options(ctx context.Context, x Variable) ([]string, error) {
	m := labelValues.FindStringSubmatch(x.Query)
	if m == nil {
		return nil, fmt.Errorf("not a label_values query: %s", x.Query)
	}
	found, err := v.instant(ctx, "group by ("+m[2]+") (last_over_time("+v.Fill(m[1], time.Minute)+"["+promDuration(v.Range)+"]))")
	if err != nil {
		return nil, err
	}
	var options []string
	for _, s := range found {
		if value := s.Metric.Get(m[2]); value != "" {
			options = append(options, value)
		}
	}
	sort.Strings(options)
	return options, nil
}

func promDuration(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) + "s" }

var reference = regexp.MustCompile(`\$\{(\w+)(?::[^}]*)?\}|\$(\w+)`)

// Fill replaces variables, Grafana's own included. A value may name a variable itself.
func (v *View) Fill(text string, step time.Duration) string {
	own := map[string]string{
		"__range": promDuration(v.Range), "__interval": promDuration(step), "__rate_interval": promDuration(max(step+scrape, 4*scrape)),
		"__range_s": strconv.Itoa(int(v.Range.Seconds())), "__to": strconv.Itoa(int(v.At.Month())),
	}
	replace := func(m string) string {
		name := strings.Trim(strings.SplitN(m, ":", 2)[0], "${}")
		if value, ok := own[name]; ok {
			return value
		}
		if value, ok := v.Values[name]; ok {
			return value
		}
		return m // the parser will complain of it
	}
	return reference.ReplaceAllStringFunc(reference.ReplaceAllStringFunc(text, replace), replace)
}

const scrape = time.Minute

func (v *View) instant(ctx context.Context, expr string) (promql.Vector, error) {
	q, err := v.engine.NewInstantQuery(ctx, v.Storage, nil, expr, v.At)
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
	found, err := r.Vector()
	return append(promql.Vector(nil), found...), err
}

// Ask runs one query of a panel.
func (v *View) Ask(ctx context.Context, p Panel, q Query) ([]Series, error) {
	if q.Instant {
		found, err := v.instant(ctx, v.Fill(q.Expr, time.Minute))
		if err != nil {
			return nil, err
		}
		var all []Series
		for _, s := range found {
			all = append(all, Series{q.RefID, legend(q.LegendFormat, s.Metric), s.Metric, []time.Time{time.UnixMilli(s.T)}, []float64{s.F}})
		}
		return all, nil
	}
	lasts := v.Range
	if p.TimeFrom == "now/M" {
		lasts = v.At.Sub(time.Date(v.At.Year(), v.At.Month(), 1, 0, 0, 0, 0, time.UTC))
	}
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
	return v.over(ctx, q, lasts, max(step, scrape))
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
		if len(m.Histograms) > 0 {
			s = histogramSeries(s, m.Histograms)
		}
		all = append(all, s)
	}
	return all, nil
}

// histogramSeries keeps the counts of native histograms; a heatmap of them is not drawn here.
func histogramSeries(s Series, points []promql.HPoint) Series {
	for _, h := range points {
		s.At, s.Values = append(s.At, time.UnixMilli(h.T)), append(s.Values, h.H.Count)
	}
	return s
}

var placeholder = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)

func legend(format string, l labels.Labels) string {
	if format == "" {
		return l.String()
	}
	return placeholder.ReplaceAllStringFunc(format, func(m string) string { return l.Get(strings.Trim(m, "{} ")) })
}
