package board

import (
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/e2e/lab"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
)

func TestSpeed(t *testing.T) {
	target, err := prober.DefaultTarget(prober.ProfileWatch)
	if err != nil {
		t.Fatal(err)
	}
	target.Name, target.Model = "kimi", "m"
	t.Log(target.Load, target.SLOs, target.Prices)
	p, _ := simulator.ProfileNamed("together")
	began := time.Now()
	_, pages := lab.Play(t, lab.Scenario{Target: target, Engine: p, For: 2 * time.Hour, Scrape: time.Minute, Seed: 1})
	n := 0
	for _, p := range pages { n += len(p.Body) }
	t.Log("played", time.Since(began), len(pages), n)
}
