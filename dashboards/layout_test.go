package dashboards

import (
	"fmt"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// TestGrid: panels stay on the grid and overlap nothing.
func TestGrid(t *testing.T) {
	for _, d := range all() {
		taken := map[string]string{}
		for _, p := range d.Panels {
			if p.RowPanel != nil {
				occupy(t, taken, p.RowPanel.GridPos, *d.Title+", "+*p.RowPanel.Title)
				continue
			}
			occupy(t, taken, p.Panel.GridPos, *d.Title+", "+*p.Panel.Title)
		}
	}
}

func occupy(t *testing.T, taken map[string]string, g *dashboard.GridPos, title string) {
	t.Helper()
	if g.X+g.W > columns || g.W == 0 || g.H == 0 {
		t.Errorf("%s: %+v is not on the grid", title, *g)
	}
	for x := g.X; x < g.X+g.W; x++ {
		for y := g.Y; y < g.Y+g.H; y++ {
			cell := fmt.Sprint(x, ",", y)
			if other, ok := taken[cell]; ok {
				t.Fatalf("%q overlaps %q", other, title)
			}
			taken[cell] = title
		}
	}
}

// TestReferences: ids of panels are unique, and references of queries are A, B, C.
func TestReferences(t *testing.T) {
	for _, d := range all() {
		ids := map[uint32]string{}
		id := func(n uint32, title string) {
			if other, ok := ids[n]; ok || n == 0 {
				t.Errorf("%s: %q and %q have the id %d", *d.Title, other, title, n)
			}
			ids[n] = title
		}
		for _, p := range d.Panels {
			if p.RowPanel != nil {
				id(p.RowPanel.Id, *p.RowPanel.Title)
			}
		}
		for _, p := range every(d) {
			id(*p.Id, *p.Title)
			for i, q := range queries(t, p) {
				if *q.RefId != string(rune('A'+i)) {
					t.Errorf("%s, %s: reference %s is number %d", *d.Title, *p.Title, *q.RefId, i)
				}
			}
		}
	}
}
