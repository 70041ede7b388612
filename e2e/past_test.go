package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/firsttoken/firsttoken/alerts"
	"github.com/firsttoken/firsttoken/e2e/promlab"
)

// Of a past that is made up: levels differ by this from one time to the next.
const (
	pastDays   = 15
	pastSpread = 0.05
)

// pastOf makes up two weeks that were like the calm hours before an incident: what rules would have recorded about TTFT
// and revisions. Without it, they are silent about what is slower than its own past.
func pastOf(t *testing.T, how promlab.Ingestion, calm time.Time, pages []promlab.Page) []*promlab.Series {
	t.Helper()
	s := serve(t)
	if err := s.Ingest(t.Context(), how, pages...); err != nil {
		t.Fatal(err)
	}
	if err := s.EvaluateEvery(t.Context(), calm.Add(-time.Minute), calm, time.Minute); err != nil {
		t.Fatal(err)
	}
	var all []*promlab.Series
	for _, row := range alerts.Slower().TTFT.Rows {
		for name, change := range map[string]func(level float64) float64{
			"level":     func(level float64) float64 { return level },
			"residual":  func(float64) float64 { return 0 },
			"square1d_": func(float64) float64 { return pastSpread * pastSpread },
			"peak1d_":   func(float64) float64 { return pastSpread },
		} {
			for _, x := range recorded(t, s, "target_cache_context:firsttoken_ttft:level"+string(row.Window), calm) {
				x.rename("target_cache_context:firsttoken_ttft:" + name + string(row.Window))
				x.Value = change(x.Value)
				all = append(all, x.Series)
			}
		}
	}
	for _, x := range recorded(t, s, "target_cache_context:firsttoken_ttft:count30m", calm) {
		x.rename("target_cache_context:firsttoken_ttft:count_usual1d")
		all = append(all, x.Series)
	}
	const revision = "max by (cluster, region, job, target, model, fingerprint) (firsttoken_target_revision_info)"
	for _, x := range recorded(t, s, revision, calm) {
		x.rename("target_revision:firsttoken_target_revision:seen")
		all = append(all, x.Series)
	}
	if len(all) == 0 {
		t.Fatal("the calm hours have no levels")
	}
	return all
}

type renamed struct{ *promlab.Series }

func (r renamed) rename(metric string) {
	r.Labels = labels.NewBuilder(r.Labels).Set(model.MetricNameLabel, metric).Labels()
}

func recorded(t *testing.T, s *promlab.Server, expr string, at time.Time) []renamed {
	t.Helper()
	v, err := s.Query(t.Context(), expr, at)
	if err != nil {
		t.Fatal(err)
	}
	var all []renamed
	for _, x := range v {
		all = append(all, renamed{&promlab.Series{Labels: x.Metric, Value: x.F}})
	}
	return all
}

// remember appends the series every four minutes, as long as rules look back, and that those days were of one kind.
func remember(t *testing.T, s *promlab.Server, until time.Time, all []*promlab.Series) {
	t.Helper()
	all = append(slices.Clone(all), promlab.NewSeries("firsttoken:weekend:bool"))
	const step = 4 * time.Minute
	for at := until.AddDate(0, 0, -pastDays).Truncate(step); !at.After(until); at = at.Add(step) {
		all[len(all)-1].Value = 0
		if day := at.UTC().Weekday(); day == time.Saturday || day == time.Sunday {
			all[len(all)-1].Value = 1
		}
		if err := s.Append(t.Context(), at, all); err != nil {
			t.Fatal(err)
		}
	}
}
