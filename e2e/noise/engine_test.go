package noise

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/alerts"
	"github.com/firsttoken/firsttoken/e2e/promlab"
)

// Of the target that the engine sees.
const (
	usualTTFT = 6.4 // ln of 600 ms
	usualTPS  = 3.7 // ln of 40 a second
	ttftTable = "target_cache_context:firsttoken_ttft"
)

// epoch is a Monday.
func epoch() time.Time { return time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC) }

func at(minute int) time.Time { return epoch().Add(time.Duration(minute) * time.Minute) }

// simulated is a player as the database sees it.
type simulated struct {
	*player
	name string
	c    change
}

func (s simulated) labels() []string {
	return []string{
		"cluster", "", "region", "", "job", "firsttoken", "target", s.name, "cache", "warm", "context", "le_80k",
	}
}

// TestEngineAgrees: on a sample of targets the real engine with the shipped rules says what the simulation says. The
// database begins with the simulation's records of three weeks; then rules evaluate raw counters for half a day, with a
// step after four hours.
func TestEngineAgrees(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out half a day in the real engine: go test ./noise plays them")
	}
	const days, after, stepAt = 21, 12 * hour, 4 * hour
	s := openSlower(t)
	var all []simulated
	for k, name := range []string{"the project's", "office hours 1.5", "all at once"} {
		i := slices.IndexFunc(shapes(), func(s shape) bool { return strings.HasPrefix(s.name, name) })
		p := newPlayer(shapes()[i], 2, days+1, uint64(k+1))
		all = append(all, simulated{p, fmt.Sprint("t", k), change{counters: p.stepped(1.6), at: days*day + stepAt}})
	}
	remember(t, s, all, days*day)
	live(t, s, all, (days-1)*day, days*day+after)
	if err := s.Evaluate(t.Context(), at(days*day), at(days*day+after-step)); err != nil {
		t.Fatal(err)
	}
	for _, x := range all {
		x.sameRecords(t, s, days*perDay)
		x.sameAlerts(t, s, days*perDay, after/step)
	}
}

// openSlower has the rules of comparisons alone, and those that they read, every two minutes at least.
func openSlower(t *testing.T) *promlab.Server {
	t.Helper()
	var groups []alerts.Group
	for _, g := range alerts.Groups(alerts.Defaults()) {
		wanted := strings.Contains("firsttoken-days firsttoken-slower firsttoken-load-fit firsttoken-usual "+
			"firsttoken-engines firsttoken-alerts-slower firsttoken-slo-1h firsttoken-slo-objectives", g.Name) ||
			strings.HasPrefix(g.Name, "firsttoken-ttft") || g.Name == "firsttoken-tps"
		if wanted {
			g.Interval = max(g.Interval, model.Duration(step*time.Minute))
			groups = append(groups, g)
		}
	}
	content, err := alerts.Plain(groups)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "slower.yml")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return promlab.Serve(t, file)
}

// past is a record whose values are known for evaluations or for hours.
type past struct {
	*promlab.Series
	values []float64
	every  int // evaluations
	add    float64
}

// comparisons are those of TTFT, by the beginning of their records' names.
func (s simulated) comparisons() map[string]*comparison {
	return map[string]*comparison{ttftTable: s.ttft, ttftTable + "_at_load": s.atLoad, ttftTable + "_tail": s.tail}
}

// remembered are the records of a player that later rules look up.
func (s simulated) remembered() []past {
	var all []past
	record := func(name string, values []float64, every int, add float64) {
		all = append(all, past{promlab.NewSeries(name, s.labels()...), values, every, add})
	}
	r := s.atLoad.windows[0]
	clipped, product := make([]float64, len(r.level)), make([]float64, len(r.level))
	for i, x := range r.level {
		clipped[i] = x
		if res := r.residual[i]; known(res) {
			clipped[i] += max(-alerts.FitClip, min(alerts.FitClip, res)) - res
		}
		product[i] = (clipped[i] + usualTTFT) * r.load[i]
	}
	record(ttftTable+"_at_load:clipped", clipped, 1, usualTTFT)
	record(ttftTable+"_at_load:product", product, 1, 0)
	record(ttftTable+"_at_load:load30m", r.load, 1, 0)
	load := none(len(r.level))
	for i := range load {
		load[i] = s.window(i*step, step, change{}).load
	}
	all = append(all, past{promlab.NewSeries("target:engine_load:log", "target", s.name), load, 1, 0})
	record(ttftTable+":count_usual1d", s.daily("30m"), perHour, 0)
	for name, comparison := range s.comparisons() {
		for _, w := range comparison.windows {
			level := 0.0
			if comparison == s.ttft {
				level = usualTTFT
			}
			if comparison != s.atLoad {
				record(name+":level"+string(w.Window), w.level, 1, level)
			}
			record(name+":residual"+string(w.Window), w.residual, 1, 0)
			record(name+":square1d_"+string(w.Window), w.square, perHour, 0)
			record(name+":peak1d_"+string(w.Window), w.peak1d, perHour, 0)
		}
	}
	return all
}

// daily is the mean count of a window over each day, each hour.
func (t *target) daily(w alerts.Window) []float64 {
	n := len(t.load)/hour + 1
	all := none(n)
	for h := 24; h < n; h++ {
		all[h] = t.window(min(h*hour, len(t.load)-1), day, change{}).n / day * minutes(w)
	}
	return all
}

// remember appends what rules would have recorded until a minute.
func remember(t *testing.T, s *promlab.Server, all []simulated, until int) {
	t.Helper()
	var records []past
	for _, x := range all {
		records = append(records, x.remembered()...)
	}
	kind := promlab.NewSeries("firsttoken:weekend:bool")
	for i := 0; i*step <= until; i++ {
		var now []*promlab.Series
		for _, r := range records {
			if v := r.values[i/r.every]; i%r.every == 0 && known(v) {
				r.Value = v + r.add
				now = append(now, r.Series)
			}
		}
		kind.Value = 0
		if weekend(i * step) {
			kind.Value = 1
		}
		if err := s.Append(t.Context(), at(i*step), append(now, kind)); err != nil {
			t.Fatal(err)
		}
	}
}

// live appends the raw counters, and the engine's gauges, of each minute.
func live(t *testing.T, s *promlab.Server, all []simulated, from, to int) {
	t.Helper()
	const instance = "prober:9977"
	type raw struct{ logs, count, sum, n, events, bad, running, objective *promlab.Series }
	var series []raw
	for _, x := range all {
		own := append(x.labels(), "instance", instance)
		slo := []string{"job", "firsttoken", "instance", instance, "target", x.name, "slo", "ttft"}
		r := raw{
			logs:      promlab.NewSeries("firsttoken_ttft_log_sum", own...),
			count:     promlab.NewSeries("firsttoken_ttft_log_count", own...),
			sum:       promlab.NewSeries("firsttoken_ttft_seconds_sum", own...),
			n:         promlab.NewSeries("firsttoken_ttft_seconds_count", own...),
			events:    promlab.NewSeries("firsttoken_slo_events_total", slo...),
			bad:       promlab.NewSeries("firsttoken_slo_bad_events_total", slo...),
			running:   promlab.NewSeries("vllm:num_requests_running", "job", "engines", "instance", "e:8000", "target", x.name),
			objective: promlab.NewSeries("firsttoken_slo_objective_ratio", slo...),
		}
		r.objective.Value = 1 - allowed
		series = append(series, r)
	}
	for m := from; m < to; m++ {
		for k, x := range all {
			r, w := series[k], x.window(m, m-from, x.c)
			r.count.Value, r.n.Value, r.logs.Value = w.n, w.n, w.logs+usualTTFT*w.n
			r.sum.Value = w.ttft * math.Exp(usualTTFT) / 1000
			r.events.Value, r.bad.Value = w.events, w.bad
			r.running.Value = math.Exp(x.window(m, 1, change{}).load) - 1
			if err := s.Append(t.Context(), at(m), []*promlab.Series{
				r.logs, r.count, r.sum, r.n, r.events, r.bad, r.running, r.objective,
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// sameRecords compares residuals and z before the step, every hour.
func (s simulated) sameRecords(t *testing.T, server *promlab.Server, from int) {
	t.Helper()
	compared := 0
	for name, comparison := range s.comparisons() {
		for _, w := range comparison.windows {
			for i := from + 2*perHour; i < s.c.at/step; i += perHour {
				h := (i - 1) / perHour
				z := w.residual[i] / (w.spread[h] * w.care(i) * math.Sqrt(max(w.usual[h]/w.count[i], 1)))
				compared += s.same(t, server, name+":residual"+string(w.Window), i, w.residual[i], 0.03)
				compared += s.same(t, server, name+":z"+string(w.Window), i, z, 0.4)
			}
		}
	}
	if compared < 30 {
		t.Errorf("%s: only %d values were compared", s.name, compared)
	}
}

func (s simulated) same(t *testing.T, server *promlab.Server, record string, i int, want, within float64) int {
	t.Helper()
	v, err := server.Query(t.Context(), fmt.Sprintf("%s{target=%q}", record, s.name), at(i*step))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case len(v) != 1 && known(want):
		t.Errorf("%s of %s at %v has %d values, the simulation has %.3f", record, s.name, at(i*step), len(v), want)
	case len(v) == 1 && !(math.Abs(v[0].F-want) <= within+0.1*math.Abs(want)):
		t.Errorf("%s of %s at %v is %.3f, the simulation says %.3f", record, s.name, at(i*step), v[0].F, want)
	}
	return len(v)
}

// sameAlerts compares when each alert begins to fire.
func (s simulated) sameAlerts(t *testing.T, server *promlab.Server, from, n int) {
	t.Helper()
	fired, err := server.Fired(t.Context(), at(from*step), at((from+n)*step))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{
		"TTFTRegression": "TTFTRegression", "AtEqualLoad": "TTFTRegressionAtEqualLoad",
		"TTFTTail": "TTFTTail", "TTFTDoubled": "TTFTDoubled",
	}
	for _, w := range watchedAlerts() {
		if names[w.name] == "" {
			continue
		}
		_, first := episodes(n-perHour, w.wait, func(i int) bool { return w.fires(s.player, from+i, s.c) })
		var got time.Time
		for _, f := range fired {
			if f.Name() == alerts.Prefix+names[w.name] && f.Labels.Get("target") == s.name {
				got = f.First()
			}
		}
		switch want := at((from + first) * step); {
		case first < 0 && got.IsZero():
			t.Logf("%s: neither fires %s", s.name, w.name)
		case first < 0 || got.IsZero():
			t.Errorf("%s of %s: the engine fires at %v, the simulation at evaluation %d", w.name, s.name, got, first)
		case got.Sub(want).Abs() > 10*time.Minute:
			t.Errorf("%s of %s: the engine fires at %v, the simulation at %v", w.name, s.name, got, want)
		default:
			t.Logf("%s: %s fires at %v, in the simulation at %v", s.name, w.name, got, want)
		}
	}
}
