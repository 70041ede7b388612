package e2e

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/firsttoken/firsttoken/e2e/promlab"
)

var costTargets = flag.String("cost", "", "numbers of targets, such as 100,500, of which all rules' cost is measured")

// costCycle holds an evaluation of every group, also of the slowest.
const costCycle = 4 * time.Minute

// TestCost evaluates all rules over generated series, and says what that costs. It takes the series of a target as the
// prober and an engine export them, copies them for each target, and fills exactly the times that some rule reads.
// Without -cost, it does so for two targets that are scraped every five minutes.
//
//	go test -run Cost -timeout 2h -v . -cost 100,500 -update
func TestCost(t *testing.T) {
	sizes, scrape := []int{2}, 2*time.Minute
	if *costTargets != "" {
		sizes, scrape = nil, 15*time.Second
		for n := range strings.SplitSeq(*costTargets, ",") {
			size, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, size)
		}
	}
	rules := readRules(t)
	example := exampleSeries(t)
	var table strings.Builder
	table.WriteString("| targets | series read | series recorded | CPU in " + model.Duration(costCycle).String() +
		" | of a core |\n|---|---|---|---|---|\n")
	for _, n := range sizes {
		c := measureCost(t, rules, example, n, scrape)
		fmt.Fprintf(&table, "| %d | %d | %d | %.2g s | %.2g |\n",
			n, c.read, c.recorded, c.cpu.Seconds(), c.cpu.Seconds()/costCycle.Seconds())
	}
	t.Log("\n" + table.String())
	if *costTargets != "" {
		documented(t, "cost", table.String())
	}
}

// ruleset is what the shipped rules read and record.
type ruleset struct {
	spans    map[string][]stretch     // by metric, when something reads it
	interval map[string]time.Duration // of records
}

// stretch is a stretch of time before now.
type stretch struct{ from, to time.Duration }

func (r ruleset) reads(metric string, ago time.Duration) bool {
	const staleness = 6 * time.Minute
	return slices.ContainsFunc(r.spans[metric], func(s stretch) bool {
		return ago <= s.from+staleness && ago >= s.to-costCycle
	})
}

func readRules(t *testing.T) ruleset {
	t.Helper()
	r := ruleset{map[string][]stretch{}, map[string]time.Duration{}}
	promQL := parser.NewParser(parser.Options{})
	for _, name := range ruleFiles() {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		groups, errs := rulefmt.Parse(content, false, model.UTF8Validation, promQL, slog.New(slog.DiscardHandler))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		for _, g := range groups.Groups {
			for _, rule := range g.Rules {
				if rule.Record != "" {
					r.interval[rule.Record] = cmp.Or(time.Duration(g.Interval), time.Minute)
				}
				expr, err := promQL.ParseExpr(rule.Expr)
				if err != nil {
					t.Fatal(err)
				}
				r.add(expr)
			}
		}
	}
	return r
}

// add notes what an expression reads: each selector with its range, its offset, and the subqueries around it.
func (r ruleset) add(expr parser.Expr) {
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		v, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		s := stretch{v.OriginalOffset, v.OriginalOffset}
		for _, above := range path {
			switch above := above.(type) {
			case *parser.MatrixSelector:
				s.from += above.Range
			case *parser.SubqueryExpr:
				s.from, s.to = s.from+above.Range+above.OriginalOffset, s.to+above.OriginalOffset
			}
		}
		r.spans[v.Name] = append(r.spans[v.Name], s)
		return nil
	})
}

// exampleSeries are those of one target: the prober's, its engine's, and what the rules record of them.
func exampleSeries(t *testing.T) []exported {
	t.Helper()
	i := incident{calm: 30 * time.Minute, goes: 10 * time.Minute}
	start, pages := promlab.Play(t, i.scenario(t))
	s := serve(t)
	if err := s.Ingest(t.Context(), promlab.Classic, pages...); err != nil {
		t.Fatal(err)
	}
	end := start.Add(i.calm + i.goes)
	if err := s.Evaluate(t.Context(), end.Add(-costCycle), end); err != nil {
		t.Fatal(err)
	}
	return lastSamples(t, s.DB, end, i.calm+i.goes)
}

// exported is the last value of a series.
type exported struct {
	labels labels.Labels
	value  float64
	slope  float64 // in a second, of a counter
}

func lastSamples(t *testing.T, db *tsdb.DB, end time.Time, took time.Duration) (all []exported) {
	t.Helper()
	q, err := db.Querier(end.Add(-took).UnixMilli(), end.UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	set := q.Select(t.Context(), false, nil, labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".+"))
	for set.Next() {
		x := exported{labels: set.At().Labels()}
		for it := set.At().Iterator(nil); it.Next() != 0; {
			_, x.value = it.At()
		}
		name := x.labels.Get(model.MetricNameLabel)
		for _, suffix := range []string{"_total", "_sum", "_count"} {
			if strings.HasSuffix(name, suffix) && !math.IsNaN(x.value) {
				x.slope = x.value / took.Seconds()
			}
		}
		all = append(all, x)
	}
	if set.Err() != nil {
		t.Fatal(set.Err())
	}
	return all
}

// cost is what an evaluation of all rules takes.
type cost struct {
	read, recorded int
	cpu            time.Duration
}

// measureCost copies the series for n targets, and evaluates the rules over them twice: the first time fills caches.
func measureCost(t *testing.T, rules ruleset, example []exported, n int, scrape time.Duration) (c cost) {
	t.Helper()
	s := serve(t)
	copies := map[string][]*costSeries{} // by metric
	for _, x := range example {
		name := x.labels.Get(model.MetricNameLabel)
		if rules.spans[name] == nil || name == "ALERTS" {
			continue
		}
		if _, isRecord := rules.interval[name]; isRecord {
			c.recorded += n
		} else {
			c.read += n
		}
		copies[name] = append(copies[name], x.copies(n)...)
	}
	now := epoch.Add(60 * 24 * time.Hour)
	fillSpans(t, s, rules, copies, now, scrape)
	evaluate := func(from time.Time) time.Duration {
		began := cpuTime(t)
		if err := s.Evaluate(t.Context(), from, from.Add(costCycle)); err != nil {
			t.Fatal(err)
		}
		return cpuTime(t) - began
	}
	evaluate(now.Add(-costCycle))
	c.cpu = evaluate(now)
	return c
}

// costSeries is a series of which each value follows from its time.
type costSeries struct {
	*promlab.Series
	slope float64
}

// copies are the series of n targets; one of a process, which has no target, is there once for each of them too.
func (x exported) copies(n int) (all []*costSeries) {
	for i := range n {
		b := labels.NewBuilder(x.labels).Set("instance", fmt.Sprintf("i-%d", i))
		if x.labels.Get("job") == "firsttoken" && x.labels.Has("instance") {
			b.Set("instance", "prober:9977")
		}
		if target := x.labels.Get("target"); target != "" {
			b.Set("target", fmt.Sprintf("%s-%d", target, i))
		}
		if !x.labels.Has("instance") {
			b.Del("instance")
		}
		all = append(all, &costSeries{&promlab.Series{Labels: b.Labels(), Value: x.value}, x.slope})
		if x.labels.Get("target") == "" {
			return all
		}
	}
	return all
}

// fillSpans appends every sample that a rule reads between now and the end of the cycle after it, oldest first.
func fillSpans(
	t *testing.T, s *promlab.Server, rules ruleset, copies map[string][]*costSeries, now time.Time, scrape time.Duration,
) {
	t.Helper()
	oldest := time.Duration(0)
	for name := range copies {
		for _, x := range rules.spans[name] {
			oldest = max(oldest, x.from)
		}
	}
	names := slices.Sorted(maps.Keys(copies))
	for ago := (oldest + 10*time.Minute).Truncate(scrape); ago >= -costCycle; ago -= scrape {
		var due []*promlab.Series
		for _, name := range names {
			if !rules.due(name, ago, scrape) {
				continue
			}
			for _, x := range copies[name] {
				x.Value += x.slope * scrape.Seconds()
				due = append(due, x.Series)
			}
		}
		if err := appendAll(t.Context(), s, now.Add(-ago), due); err != nil {
			t.Fatal(err)
		}
	}
}

// due says whether a metric has a sample then: at each scrape, or at each evaluation before those that are measured.
func (r ruleset) due(metric string, ago, scrape time.Duration) bool {
	interval, recorded := r.interval[metric]
	if recorded && (ago <= costCycle || interval > scrape && ago%interval != 0) {
		return false
	}
	return r.reads(metric, ago)
}

func appendAll(ctx context.Context, s *promlab.Server, at time.Time, due []*promlab.Series) error {
	if len(due) == 0 {
		return nil
	}
	return s.Append(ctx, at, due)
}

// cpuTime of this process, on all cores.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
