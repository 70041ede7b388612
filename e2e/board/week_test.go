package board

import (
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/prometheus/tsdb"

	"github.com/firsttoken/firsttoken/e2e/lab"
)

var keep = flag.String("data", "", "folder that keeps the recorded week from one run to the next, for work on the panels")

// recorded is the week as a server with classic histograms holds it; the first test that asks makes it.
var recorded struct {
	sync.Once
	db *tsdb.DB
}

func classicWeek(t *testing.T) *tsdb.DB {
	t.Helper()
	recorded.Do(func() {
		dir := *keep
		if dir == "" {
			dir = filepath.Join(os.TempDir(), "firsttoken-board-"+now().Format("150405")+"-"+time.Now().Format("150405.000"))
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
		if *keep == "" {
			os.RemoveAll(dir) // it is all in memory
		} else if err := os.WriteFile(mark, nil, 0o600); err != nil {
			t.Error(err)
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

// opened looks at a dashboard; one about a single target at the one that has something of everything.
func opened(t *testing.T, d Dashboard, at time.Time, target string, chosen map[string]string) *View {
	t.Helper()
	values := map[string]string{}
	for k, v := range chosen {
		values[k] = v
	}
	for _, x := range d.Templating.List {
		if x.Name == "target" && !x.IncludeAll {
			values["target"] = target
		}
	}
	v, err := Open(t.Context(), classicWeek(t), d, at, values)
	if err != nil {
		t.Fatalf("%s: %v", d.UID, err)
	}
	return v
}

const first = "kimi-together"
