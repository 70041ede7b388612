package metrics

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// TestCatalogueIsWhatIsScraped compares the rows with a registry on which everything has happened.
func TestCatalogueIsWhatIsScraped(t *testing.T) {
	families, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]series.Family{}
	for _, f := range families {
		if _, twice := rows[f.Name]; twice {
			t.Errorf("%s is listed twice", f.Name)
		}
		rows[f.Name] = f
	}
	reg := prometheus.NewPedanticRegistry()
	m, s := newTargets(reg, Options{})
	_, reloads := newReloads(reg)
	found, lists := newLists(reg)
	found.Watch("file", "file_sd[0]")
	_, trust := newTrust(reg, TrustOptions{})
	_, lost := newLostResults(reg)
	spending := newBudget(reg, ledgerOf("a"))
	err = errors.Join(newProcess(reg).Err(), s.Err(), reloads.Err(), lists.Err(), trust.Err(), lost.Err(),
		spending.Err())
	if err != nil {
		t.Fatal(err)
	}
	target := probertest.Target("a")
	target.Labels = nil
	target.SLOs[slo.TPS] = slo.Objective{Ratio: .95, Threshold: 20} // some families are for this objective alone
	target.URL = "https://vllm:8000/v1"                             // and some for addresses with TLS
	m.Observe(prober.Started{Target: target})
	m.Observe(probertest.Warm("a"))
	scraped, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range scraped {
		row, ok := rows[f.GetName()]
		delete(rows, f.GetName())
		got := series.Family{
			Type: series.Type(strings.ToLower(f.GetType().String())), Name: f.GetName(), Unit: f.GetUnit(), Help: f.GetHelp(),
		}
		if !ok || got.Type != row.Type || got.Help != row.Help || got.Unit != row.Unit {
			t.Errorf("scraped as %+v; the catalogue says %+v", got, row)
		}
		var labels []string
		for _, l := range f.Metric[0].Label {
			labels = append(labels, l.GetName())
		}
		want := row.LabelNames()
		slices.Sort(want)
		if !slices.Equal(labels, want) {
			t.Errorf("%s: scraped with labels %v, the catalogue says %v", f.GetName(), labels, want)
		}
	}
	if len(rows) > 0 {
		t.Errorf("listed and not scraped: %v", slices.Sorted(maps.Keys(rows)))
	}
}
