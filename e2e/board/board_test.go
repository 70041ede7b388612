package board

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/e2e/lab"
	"github.com/prometheus/prometheus/tsdb"
)

var keep = flag.String("data", "", "folder that keeps the recorded week from one run to the next, for work on the panels")

// recorded is the week as a server with classic histograms holds it; the first test that asks makes it.
var recorded = struct {
	sync.Once
	db *tsdb.DB
}{}

func classicWeek(t *testing.T) *tsdb.DB {
	t.Helper()
	recorded.Do(func() {
		dir := *keep
		if dir == "" {
			dir, _ = os.MkdirTemp("", "firsttoken-board")
		}
		mark := filepath.Join(dir, "complete")
		if _, err := os.Stat(mark); err == nil {
			s, err := lab.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			recorded.db = s.DB
			return
		}
		began := time.Now()
		s := record(t, dir, lab.Classic, 8*24*time.Hour)
		t.Log("recorded in", time.Since(began))
		if *keep != "" {
			os.WriteFile(mark, nil, 0o600)
		}
		recorded.db = s.DB
	})
	if recorded.db == nil {
		t.Fatal("the week could not be recorded")
	}
	return recorded.db
}

func loaded(t *testing.T) []Dashboard {
	t.Helper()
	all, err := LoadAll("../../dashboards/json")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 5 {
		t.Fatalf("%d dashboards, want 5", len(all))
	}
	return all
}

// TestEveryPanelSaysSomething: with an incident in the range, no query is empty and none gives NaN.
func TestEveryPanelSaysSomething(t *testing.T) {
	db := classicWeek(t)
	for _, d := range loaded(t) {
		t.Run(d.UID, func(t *testing.T) {
			v, err := Open(t.Context(), db, d, now, map[string]string{})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range d.Every() {
				for _, q := range p.Targets {
					check(t, v, p, q)
				}
			}
		})
	}
}

func check(t *testing.T, v *View, p Panel, q Query) {
	t.Helper()
	found, err := v.Ask(t.Context(), p, q)
	if err != nil {
		t.Errorf("%s, %s: %v\n%s", p.Title, q.RefID, err, v.fill(q.Expr, time.Minute))
		return
	}
	if len(found) == 0 {
		t.Errorf("%s, %s is empty:\n%s", p.Title, q.RefID, v.fill(q.Expr, time.Minute))
	}
	for _, s := range found {
		for i, x := range s.Values {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Errorf("%s, %s is %v at %s for %s", p.Title, s.Name, x, s.At[i], s.Labels)
				break
			}
		}
	}
}
