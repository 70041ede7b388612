package board

import (
	"encoding/json"
	"fmt"
	"html"
	"math"
	"sort"
	"strings"
)

// Rows are a table after Grafana's merge and organize.
type Rows struct {
	Columns []string
	Cells   [][]Cell
}

// Cell is a label, a number, or nothing.
type Cell struct {
	Text   string
	Number float64
	Kind   byte // 't', 'n', or 0
}

// Table merges the results of a panel's queries on the labels that all of them have, then hides,
// orders and renames as the panel says.
func Table(p Panel, found []Series) Rows {
	shared := sharedLabels(found)
	byKey, keys := map[string]map[string]Cell{}, []string{}
	for _, s := range found {
		key := ""
		for _, l := range shared {
			key += s.Labels.Get(l) + "\x00"
		}
		if byKey[key] == nil {
			byKey[key] = map[string]Cell{}
			keys = append(keys, key)
		}
		for name, value := range s.Labels.Map() {
			byKey[key][name] = Cell{Text: value, Kind: 't'}
		}
		byKey[key][valueField(p, s.Ref)] = Cell{Number: s.Last(), Kind: 'n'}
	}
	return organize(p, byKey, keys)
}

// valueField is named by its query, unless that is alone.
func valueField(p Panel, ref string) string {
	if len(p.Targets) == 1 {
		return "Value"
	}
	return "Value #" + ref
}

func sharedLabels(found []Series) []string {
	in := map[string]map[string]bool{}
	refs := map[string]bool{}
	for _, s := range found {
		refs[s.Ref] = true
		for name := range s.Labels.Map() {
			if in[name] == nil {
				in[name] = map[string]bool{}
			}
			in[name][s.Ref] = true
		}
	}
	var shared []string
	for name, seen := range in {
		if len(seen) == len(refs) {
			shared = append(shared, name)
		}
	}
	sort.Strings(shared)
	return shared
}

func organize(p Panel, byKey map[string]map[string]Cell, keys []string) Rows {
	var o struct {
		ExcludeByName map[string]bool
		IndexByName   map[string]int
		RenameByName  map[string]string
	}
	for _, t := range p.Transformations {
		if t.ID == "organize" {
			if err := json.Unmarshal(t.Options, &o); err != nil {
				return Rows{Columns: []string{err.Error()}}
			}
		}
	}
	var names []string
	for name := range o.IndexByName {
		if !o.ExcludeByName[name] {
			names = append(names, name)
		}
	}
	sort.Slice(names, func(i, j int) bool { return o.IndexByName[names[i]] < o.IndexByName[names[j]] })
	var r Rows
	for _, n := range names {
		r.Columns = append(r.Columns, o.RenameByName[n])
	}
	for _, k := range keys {
		var row []Cell
		for _, n := range names {
			row = append(row, byKey[k][n])
		}
		r.Cells = append(r.Cells, row)
	}
	r.sort(p)
	return r
}

func (r Rows) sort(p Panel) {
	var o struct {
		SortBy []struct {
			DisplayName string
			Desc        bool
		}
	}
	if json.Unmarshal(p.Options, &o) != nil || len(o.SortBy) == 0 {
		return
	}
	for c, name := range r.Columns {
		if name == o.SortBy[0].DisplayName {
			sort.SliceStable(r.Cells, func(i, j int) bool {
				a, b := r.Cells[i][c].Number, r.Cells[j][c].Number
				if o.SortBy[0].Desc {
					a, b = b, a
				}
				return a < b
			})
		}
	}
}

func (r Rows) html(p Panel) string {
	var b strings.Builder
	b.WriteString("<table><tr>")
	for _, c := range r.Columns {
		fmt.Fprintf(&b, "<th>%s</th>", html.EscapeString(c))
	}
	b.WriteString("</tr>")
	for _, row := range r.Cells {
		b.WriteString("<tr>")
		for i, c := range row {
			b.WriteString(c.html(p.with(r.Columns[i], "")))
		}
		b.WriteString("</tr>")
	}
	return b.String() + "</table>"
}

func (c Cell) html(f Field) string {
	switch {
	case c.Kind == 't':
		return "<td>" + html.EscapeString(c.Text) + "</td>"
	case c.Kind == 0 || math.IsNaN(c.Number):
		return `<td class="r">` + html.EscapeString(f.NoValue) + "</td>"
	}
	style := ""
	if colour := hex(f.threshold(c.Number)); f.Custom.CellOptions.Type == "color-background" && colour != "transparent" {
		style = fmt.Sprintf(` style="background:%s;color:#111"`, colour)
	}
	return fmt.Sprintf(`<td class="r"%s>%s</td>`, style, html.EscapeString(f.text(c.Number)))
}
