package noise

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the measured tables to docs/alerting.md")

// rates of probing a minute.
func rates() []float64 { return []float64{0.33, 1, 4, 20} }

// found is what one noise gave, by alert and by step.
type found struct {
	alarms  map[string]float64
	delayed map[string][]float64
}

// detection is a step and the alert that finds it.
type detection struct {
	name, alert string
	after       func(*player) counters
}

func stepOf(factor float64) func(*player) counters {
	return func(p *player) counters { return p.stepped(factor) }
}

func detections() []detection {
	return []detection{
		{"+20 %", "TTFTRegression", stepOf(1.2)},
		{"+50 %", "TTFTRegression", stepOf(1.5)},
		{"+100 %", "TTFTRegression", stepOf(2)},
		{"+20 % at load", "AtEqualLoad", stepOf(1.2)},
		{"+30 % at load", "AtEqualLoad", stepOf(1.3)},
		{"+50 % at load", "AtEqualLoad", stepOf(1.5)},
		{"page, +100 %", "TTFTDoubled", stepOf(2)},
		{"3 % ten times", "TTFTTail", slowTail},
		{"TPS −20 %", "TPSDrop", stepOf(1.25)},
	}
}

// slowTail makes 3 % of the answers ten times slower.
func slowTail(p *player) counters {
	random := rand.New(rand.NewPCG(7, 7))
	return p.count(func(r request) request {
		if random.Float64() < 0.03 {
			r.ttft += float32(math.Log(10))
		}
		return r
	})
}

func play(s shape, perMinute float64, n int, steps []detection) found {
	var players []*player
	for k := range n {
		players = append(players, newPlayer(s, perMinute, warmUp+judged, uint64(2001+k))) // limits were chosen on others
	}
	f := found{alarms: falseAlerts(players), delayed: map[string][]float64{}}
	for _, d := range steps {
		f.delayed[d.name] = delays(players, d.alert, d.after)
	}
	return f
}

// TestNoise counts false alerts in every noise at every rate: no warning more than once in a target's month, no page
// more than once in four. -short plays one target in one noise.
func TestNoise(t *testing.T) {
	all, rates, n, steps := shapes(), rates(), targets, detections()
	if testing.Short() {
		all, rates, n, steps = all[:1], []float64{1}, 1, steps[2:3]
	}
	results := make([]map[float64]found, len(all))
	t.Run("shapes", func(t *testing.T) {
		for i, s := range all {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				results[i] = map[float64]found{}
				for _, perMinute := range rates {
					f := play(s, perMinute, n, steps)
					results[i][perMinute] = f
					check(t, s, perMinute, f)
				}
				t.Log(alarmTable(all[i:i+1], results[i:i+1]), detectionTable(all[i:i+1], results[i:i+1]))
			})
		}
	})
	if testing.Short() || slices.ContainsFunc(results, func(r map[float64]found) bool { return r == nil }) {
		return // a part of the shapes is not the table
	}
	documented(t, "noise", alarmTable(all, results))
	documented(t, "noise detection", detectionTable(all, results))
}

func check(t *testing.T, s shape, perMinute float64, f found) {
	t.Helper()
	for _, w := range watchedAlerts() {
		most := 1.0
		if strings.HasPrefix(w.name, "TTFTDoubled") || strings.HasPrefix(w.name, "TTFTFar") {
			most = 0.25
		}
		if got := f.alarms[w.name]; got > most && !s.real {
			t.Errorf("%s at %v a minute: %.2f false alerts of %s in a target's month, want at most %v",
				s.name, perMinute, got, w.name, most)
		}
	}
	for name, d := range f.delayed {
		if name == "+100 %" && perMinute == 1 && strings.HasPrefix(s.name, "the project's") && quantile(d, 0.5) > 1.5 {
			t.Errorf("%s: twice the TTFT is found after %.1f h, want an hour and a half", s.name, quantile(d, 0.5))
		}
	}
}

func alarmTable(all []shape, results []map[float64]found) string {
	var b strings.Builder
	b.WriteString("| noise |")
	for _, w := range watchedAlerts() {
		b.WriteString(" " + w.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(watchedAlerts())) + "\n")
	for i, s := range all {
		b.WriteString("| " + s.name + " |")
		for _, w := range watchedAlerts() {
			var cells []string
			for _, r := range rates() {
				cells = append(cells, strings.TrimSuffix(fmt.Sprintf("%.2g", results[i][r].alarms[w.name]), ".0"))
			}
			if slices.Equal(cells, []string{"0", "0", "0", "0"}) {
				cells = cells[:1]
			}
			b.WriteString(" " + strings.Join(cells, " / ") + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func detectionTable(all []shape, results []map[float64]found) string {
	var b strings.Builder
	b.WriteString("| noise | a minute |")
	for _, d := range detections() {
		b.WriteString(" " + d.name + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(detections())) + "\n")
	for i, s := range all {
		for _, r := range rates() {
			fmt.Fprintf(&b, "| %s | %v |", s.name, r)
			for _, d := range detections() {
				x := results[i][r].delayed[d.name]
				fmt.Fprintf(&b, " %s; %s |", hours(quantile(x, .5)), hours(quantile(x, .9)))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func hours(h float64) string {
	switch {
	case math.IsInf(h, 1):
		return "–"
	case h < 1:
		return fmt.Sprintf("%.0f min", 60*h)
	}
	return fmt.Sprintf("%.1f h", h)
}

// quantile is a value of the sample, so that an infinite one stays what it is.
func quantile(x []float64, q float64) float64 {
	if len(x) == 0 {
		return math.Inf(1)
	}
	x = slices.Sorted(slices.Values(x))
	return x[int(q*float64(len(x)-1)+0.5)]
}

// documented compares the part of docs/alerting.md between two marks with what was measured.
func documented(t *testing.T, mark, table string) {
	t.Helper()
	const document = "../../docs/alerting.md"
	old, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := []byte("<!-- "+mark+": measured by e2e/noise, go test -update -->\n"), []byte("<!-- /"+mark+" -->")
	i, j := bytes.Index(old, begin), bytes.Index(old, end)
	if i < 0 || j < i {
		t.Fatalf("%s has no place for %s:\n%s", document, mark, table)
	}
	fresh := slices.Concat(old[:i], begin, []byte(table), old[j:])
	if *update {
		if err := os.WriteFile(document, fresh, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(old, fresh) {
		t.Errorf("%s differs from what was measured; go test -update writes:\n%s", document, table)
	}
}
