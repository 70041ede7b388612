package e2e

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/alerts"
	"github.com/firsttoken/firsttoken/e2e/promlab"
)

var update = flag.Bool("update", false, "write the measured tables to docs/alerting.md")

const document = "../docs/alerting.md"

// probeRates in requests per minute: sentinel, a slow watch, watch, and on to load.
func probeRates() []float64 { return []float64{0.33, 1, 2, 5, 20} }

// TestMonth replays thirty days of traffic at half of each error budget for three targets, with noise, bursts of
// failures and a daily wave. No page may fire.
func TestMonth(t *testing.T) {
	days := 30
	if testing.Short() {
		days = 3
	}
	d := time.Duration(days) * 24 * time.Hour
	s := serve(t)
	var all []*traffic
	for i, perMin := range []float64{0.33, 2, 20} {
		all = append(all, newTraffic("quiet-"+rate(perMin), perMin, 1, 0, uint64(i)))
	}
	drive(t, s, all, d)
	if err := s.EvaluateEvery(t.Context(), epoch, epoch.Add(d), 4*time.Minute); err != nil {
		t.Fatal(err)
	}
	fired, err := s.Fired(t.Context(), epoch, epoch.Add(d))
	if err != nil {
		t.Fatal(err)
	}
	episodes := map[string]int{}
	for _, f := range fired {
		if f.Name() == "FirsttokenWatchdog" {
			continue
		}
		n := countEpisodes(f)
		episodes[f.Labels.Get("severity")] += n
		t.Logf("%d times: %s", n, f.Labels)
	}
	if episodes[string(alerts.Page)] > 0 {
		t.Errorf("%d false pages in %d days of %d targets", episodes[string(alerts.Page)], days, len(all))
	}
	if !testing.Short() {
		documented(t, "month", fmt.Sprintf("%d targets at 0.33, 2 and 20 requests a minute, %d days "+
			"at half of each error budget: %d pages, %d tickets, %d warnings.\n",
			len(all), days, episodes["page"], episodes["ticket"], episodes["warning"]))
	}
}

// countEpisodes counts the times that an alert fired. Less than half an hour apart they are one.
func countEpisodes(f promlab.Firing) int {
	n := 1
	for i := 1; i < len(f.At); i++ {
		if f.At[i].Sub(f.At[i-1]) > 30*time.Minute {
			n++
		}
	}
	return n
}

// TestDetection makes targets slower by a step and measures when the error budget pages. How soon a target is found
// to be slower than its own past is measured in e2e/noise.
func TestDetection(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out two days of 125 targets: `make e2e-long` plays them")
	}
	const calm, after = 28 * time.Hour, 26 * time.Hour
	steps := []float64{1.1, 1.2, 1.3, 1.5, 2}
	s := serve(t)
	var all []*traffic
	for _, perMin := range probeRates() {
		for _, step := range steps {
			for r := range replicates {
				seed := uint64(100+r) + uint64(step*1000)
				all = append(all, newTraffic(targetName(perMin, step, r), perMin, step, calm, seed))
			}
		}
	}
	drive(t, s, all, calm+after)
	began := epoch.Add(calm)
	if err := s.EvaluateEvery(t.Context(), began.Add(-time.Hour), began.Add(after), 4*time.Minute); err != nil {
		t.Fatal(err)
	}
	fired, err := s.Fired(t.Context(), began, began.Add(after))
	if err != nil {
		t.Fatal(err)
	}
	table := detectionTable(t, steps, func(alert string, perMin, step float64) (time.Duration, bool) {
		return medianDelay(fired, alert, began, perMin, step)
	})
	t.Log("\n" + table)
	documented(t, "detection", table)
}

// replicates is how many targets have the same rate and step.
const replicates = 5

// slowestPage is by when a doubled TTFT that misses its objective pages by its error budget alone.
const slowestPage = 12 * time.Hour

// detectionTable writes a row for each rate of probing and a column for each step. It fails where the page is later
// than slowestPage.
func detectionTable(
	t *testing.T, steps []float64, median func(alert string, perMin, step float64) (time.Duration, bool),
) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| requests a minute |")
	for _, step := range steps {
		fmt.Fprintf(&b, " +%.0f %% |", 100*(step-1))
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(steps)) + "\n")
	for _, perMin := range probeRates() {
		fmt.Fprintf(&b, "| %s |", rate(perMin))
		for _, step := range steps {
			paged, woke := median("FirsttokenSLOBurnFast", perMin, step)
			fmt.Fprintf(&b, " %s |", delay(paged, woke))
			if step >= 2 && perMin >= 1 && (!woke || paged > slowestPage) {
				t.Errorf("twice the TTFT at %v requests a minute pages after %s, want %s", perMin, delay(paged, woke), slowestPage)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func targetName(perMin, step float64, replicate int) string {
	return fmt.Sprintf("r%v-s%v-%d", perMin, step, replicate)
}

// medianDelay of an alert over the replicates. It is false when the alert did not fire in most of them.
func medianDelay(
	fired []promlab.Firing, alert string, began time.Time, perMin, step float64,
) (time.Duration, bool) {
	var delays []time.Duration
	for r := range replicates {
		for _, f := range fired {
			if f.Name() == alert && f.Labels.Get("target") == targetName(perMin, step, r) {
				delays = append(delays, f.First().Sub(began))
				break
			}
		}
	}
	if len(delays) <= replicates/2 {
		return 0, false
	}
	slices.Sort(delays)
	return delays[replicates/2], true
}

func delay(d time.Duration, ok bool) string {
	switch {
	case !ok:
		return "–"
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// documented compares the part of docs/alerting.md between two marks with what was measured.
func documented(t *testing.T, mark, table string) {
	t.Helper()
	old, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := []byte("<!-- "+mark+": measured by e2e, go test -update -->\n"), []byte("<!-- /"+mark+" -->")
	i, j := bytes.Index(old, begin), bytes.Index(old, end)
	if i < 0 || j < i {
		t.Fatalf("%s has no place for %s", document, mark)
	}
	fresh := slices.Concat(old[:i], begin, []byte(table), old[j:])
	if *update {
		if err := os.WriteFile(document, fresh, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(old, fresh) {
		t.Errorf("%s differs from what was measured; go test -update writes:\n%s", document, table)
	}
}
