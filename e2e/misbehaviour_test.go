package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/firsttoken/firsttoken/e2e/promlab"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
)

// misbehaviour is a row of the tables of docs/accuracy.md that the simulator can play, and its script.
type misbehaviour struct{ name, script string }

func misbehaviours() []misbehaviour {
	return []misbehaviour{
		{"reasoning hidden and counted", "{kind: hidden_reasoning, ratio: 1, tokens: 20}"},
		{"a proxy that buffers", "{kind: buffered, ratio: 1}"},
		{"several tokens an event", "{kind: grouped, ratio: 1, tokens: 4}"},
		{"no usage", "{kind: no_usage, ratio: 1}"},
		{"a count that cannot be", "{kind: huge_usage, ratio: 1}"},
		{"more cached than sent", "{kind: overcached_usage, ratio: 1}"},
		{"ten times the output", "{kind: scaled_usage, ratio: 1, factor: 10}"},
		{"ten tokens for any prompt", "{kind: constant_usage, ratio: 1, tokens: 10}"},
		{"the engine aborts", "{kind: abort, ratio: 1}"},
		{"an error in the stream", "{kind: errors, ratio: 1, status: mid_stream}"},
		{"a line without an end", "{kind: flood, ratio: 1}"},
		{"a stream without its end", "{kind: truncate, ratio: 1}"},
		{"an empty answer", "{kind: empty, ratio: 1}"},
		{"a hang", "{kind: hang, ratio: 1}"},
		{"a freeze that holds an answer", "{kind: freeze, ratio: 1, pause: 45s}"},
		{"a freeze in mid-stream", "{kind: stall, ratio: 1, pause: 10m}"},
		{"an answer without an end", "{kind: endless, ratio: 1, pause: 1s}"},
		{"429, 529, overloaded", "{kind: errors, ratio: 1, status: 429}"},
		{"500, 502, 503", "{kind: errors, ratio: 1, status: 502}"},
		{"504, 408", "{kind: errors, ratio: 1, status: 504}"},
		{"401, 402, 403", "{kind: errors, ratio: 1, status: 401}"},
		{"404 of a model", "{kind: errors, ratio: 1, status: 404}"},
		{"413", "{kind: errors, ratio: 1, status: 413}"},
		{"400, window too small", "{kind: errors, ratio: 1, status: 400}"},
		{"another model answers", "{kind: model_swap, model: other}"},
		{"cache lost on a warm turn", "{kind: no_cache}"},
		{"decode 20 times slower", "{kind: slow_decode, factor: 20}"},
	}
}

// TestMisbehaviours plays each misbehaviour and compares what the series and the alerts show with what docs/accuracy.md
// says. With -short it plays less, and leaves the alerts out.
func TestMisbehaviours(t *testing.T) {
	rows := misbehaviourTables(t)
	for _, m := range misbehaviours() {
		t.Run(m.name, func(t *testing.T) {
			says, ok := rows[m.name]
			if !ok {
				t.Fatal("docs/accuracy.md has no such row")
			}
			seen := m.play(t)
			for _, check := range cellChecks() {
				cell, ok := says[check.column]
				if !ok {
					t.Fatalf("no column %q", check.column)
				}
				if problem := check.of(cell, seen); problem != "" {
					t.Errorf("%s: the document says %q: %s", check.column, cell, problem)
				}
			}
			if problem := checkAlert(says["alert"], seen); !testing.Short() && problem != "" {
				t.Errorf("alert: the document says %q: %s", says["alert"], problem)
			}
		})
	}
}

// TestEveryIncidentIsPlayed: whatever the simulator can do wrong is a row, or has no row for a reason.
func TestEveryIncidentIsPlayed(t *testing.T) {
	elsewhere := []string{
		"slow_prefill", "small_kv", // true latencies, see TestIncidents
		"wrong_recall", // an objective of its own, and no other number
		"headers",      // change nothing that is measured
		"no_opening",   // Chat Completions, which are played here, have none: see TestNoOpeningOverHTTP of the simulator
	}
	text, err := os.ReadFile("../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| .*\\|$").FindAllStringSubmatch(string(text), -1)
	played := 0
	for _, kind := range kinds {
		ofKind := func(m misbehaviour) bool { return strings.HasPrefix(m.script, "{kind: "+kind[1]) }
		switch {
		case slices.ContainsFunc(misbehaviours(), ofKind):
			played++
		case !slices.Contains(elsewhere, kind[1]) && !strings.Contains(profiles, "|"+kind[1]+"|"):
			t.Errorf("%s is not played", kind[1])
		}
	}
	if played < 15 {
		t.Errorf("only %d kinds are played", played)
	}
}

// profiles stand in another table of docs/simulator.md.
const profiles = "|together|sglang|vllm|fast|"

// misbehaviourTables are the tables on misbehaviour of docs/accuracy.md: the cells of each row by the name of their
// column.
func misbehaviourTables(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/accuracy.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, heading := map[string]map[string]string{}, []string(nil)
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case len(cells) < 2:
			heading = nil
		case cells[0] == "behaviour":
			heading = cells
		case heading != nil && len(cells) == len(heading):
			if rows[cells[0]] == nil {
				rows[cells[0]] = map[string]string{}
			}
			for i, name := range heading {
				rows[cells[0]][name] = cells[i]
			}
		}
	}
	return rows
}

// observed is what one misbehaviour did: the growth of counters and of the counts of histograms while it lasted, and
// the alerts that fired.
type observed struct {
	grew  map[string]float64
	fired []string
}

func (m misbehaviour) play(t *testing.T) observed {
	t.Helper()
	what, err := simulator.ParseIncidents("script", []byte("- "+m.script))
	if err != nil {
		t.Fatal(err)
	}
	i := incident{calm: 30 * time.Minute, goes: 90 * time.Minute, what: what}
	if testing.Short() {
		i.calm, i.goes = 10*time.Minute, 30*time.Minute
	}
	s := i.scenario(t)
	s.Target.Prices = &prober.Prices{Input: 1, Cached: new(0.1), Output: 5}
	start, pages := promlab.Play(t, s)
	seen := observed{grew: growth(t, pages, start.Add(i.calm+2*time.Minute))} // what was in flight has ended by then
	if !testing.Short() {
		seen.fired = i.fired(t, start, pages)
	}
	return seen
}

// fired evaluates the rules once a minute.
func (i incident) fired(t *testing.T, start time.Time, pages []promlab.Page) []string {
	t.Helper()
	s, end := serve(t), start.Add(i.calm+i.goes)
	if err := s.Ingest(t.Context(), promlab.Classic, pages...); err != nil {
		t.Fatal(err)
	}
	if err := s.EvaluateEvery(t.Context(), start, end, time.Minute); err != nil {
		t.Fatal(err)
	}
	fired, err := s.Fired(t.Context(), start, end)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(namesOf(fired), func(name string) bool { return name == "FirsttokenWatchdog" })
}

// growth is that of each counter from an instant to the last page.
func growth(t *testing.T, pages []promlab.Page, from time.Time) map[string]float64 {
	t.Helper()
	pages = slices.DeleteFunc(slices.Clone(pages), func(p promlab.Page) bool { return p.Labels[1] != "firsttoken" })
	after := slices.IndexFunc(pages, func(p promlab.Page) bool { return !p.At.Before(from) })
	grew := counts(t, pages[len(pages)-1])
	for name, v := range counts(t, pages[after]) {
		grew[name] -= v
	}
	return grew
}

// counts are the counters of a page and the counts of its histograms. "slo_events_total tps" is those of one value of
// the labels that the tables are about, "slo_events_total" those of all.
func counts(t *testing.T, p promlab.Page) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	d := expfmt.NewDecoder(bytes.NewReader(p.Body), expfmt.Format(p.ContentType))
	for {
		var f dto.MetricFamily
		err := d.Decode(&f)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range f.GetMetric() {
			name := strings.TrimPrefix(f.GetName(), "firsttoken_")
			v := m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			out[name] += v
			for _, l := range m.GetLabel() {
				if slices.Contains([]string{"outcome", "cause", "slo"}, l.GetName()) {
					out[name+" "+l.GetValue()] += v
				}
			}
		}
	}
}

// cellCheck compares a cell of one column with what was observed, and returns what is wrong.
type cellCheck struct {
	column string
	of     func(cell string, seen observed) string
}

func cellChecks() []cellCheck {
	return []cellCheck{
		{"outcome: cause", checkOutcome},
		{"TTFT series", population("ttft_seconds")},
		{"rate series", population("output_tokens_per_second")},
		{"tokens", checkTokens},
		{"cost", checkCost},
		{"availability", verdicts("availability")},
		{"ttft", verdicts("ttft")},
		{"tps", verdicts("tps")},
	}
}

// checkOutcome wants nearly all requests to have the outcome, and all failures one of the causes.
func checkOutcome(cell string, seen observed) string {
	names := regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(cell, -1)
	all, ended := seen.grew["requests_total"], seen.grew["requests_total "+names[0][1]]
	if all == 0 || ended < 0.95*all {
		return fmt.Sprintf("%v of %v requests", ended, all)
	}
	failed := 0.0
	for _, cause := range names[1:] {
		failed += seen.grew["failures_total "+cause[1]]
	}
	if len(names) > 1 && failed < ended {
		return fmt.Sprintf("%v of %v failures have one of the causes", failed, ended)
	}
	return ""
}

// population wants a histogram to have the requests, or not. Turns outside the steady load and those on which the
// server's own cache sheds doubt are never in it. A failure is followed by small requests outside the steady load.
func population(histogram string) func(string, observed) string {
	return func(cell string, seen observed) string {
		share := seen.grew[histogram] / seen.grew["requests_total"]
		least, most := 0.45, 1.0
		switch cell {
		case "none":
			least, most = 0, 0
		case "in no population": // cold turns still are
			least, most = 0, 0.5
		}
		if share < least || share > most {
			return fmt.Sprintf("it has %.0f %% of the requests", 100*share)
		}
		return ""
	}
}

func checkTokens(cell string, seen observed) string {
	reported, estimated := seen.grew["tokens_total"] > 0, seen.grew["tokens_estimated_total"] > 0
	if reported != (cell == "reported") || estimated != (cell == "estimated") {
		return fmt.Sprintf("reported %v, estimated %v", reported, estimated)
	}
	return ""
}

func checkCost(cell string, seen observed) string {
	if dollars := seen.grew["cost_dollars_total"]; (dollars > 0) != (cell != "none") {
		return fmt.Sprintf("$%.2f", dollars)
	}
	return ""
}

// verdicts wants all events of an objective to be good, or bad, or some of either, or estimates, or none.
func verdicts(objective string) func(string, observed) string {
	return func(cell string, seen observed) string {
		events, bad := seen.grew["slo_events_total "+objective], seen.grew["slo_bad_events_total "+objective]
		estimates := seen.grew["slo_estimated_events_total "+objective]
		right := map[string]bool{
			"good": events > 0 && bad < 0.02*events, "bad": events > 0 && bad > 0.98*events,
			"time": events > 0, "rate": events > 0, "estimate": events < 0.02*estimates, "–": events == 0,
		}[cell] && (estimates > 0) == (cell == "estimate")
		if !right {
			return fmt.Sprintf("%v of %v events are bad, %v are estimates", bad, events, estimates)
		}
		return ""
	}
}

// checkAlert wants the alert that tells most to have fired, or none at all.
func checkAlert(cell string, seen observed) string {
	named := strings.Trim(cell, "`")
	fired := slices.ContainsFunc(seen.fired, func(name string) bool {
		alert, _, _ := strings.Cut(name, "{")
		return alert == "Firsttoken"+named
	})
	if fired || named == "–" && len(seen.fired) == 0 {
		return ""
	}
	return fmt.Sprintf("fired: %v", seen.fired)
}
