package grafana

import (
	"encoding/json"
	"slices"
	"sort"
	"strings"
)

// Rows are a table after Grafana's merge and organize transformations.
type Rows struct {
	Columns []string
	Cells   [][]Cell
}

// Cell is a label, a number, or empty.
type Cell struct {
	Kind   CellKind
	Text   string
	Number float64
}

// CellKind says what a cell holds.
type CellKind int

// The kinds of cells.
const (
	Empty CellKind = iota
	Label
	Number
)

// record holds the cells of one row by the names of their fields.
type record map[string]Cell

// Table merges the results of a panel's queries on the labels that all of them have, then hides, orders and renames
// fields as the panel says.
func Table(p Panel, found []Series) Rows {
	shared := sharedLabels(found)
	byKey, keys := map[string]record{}, []string{}
	for _, s := range found {
		var values []string
		for _, l := range shared {
			values = append(values, s.Labels.Get(l))
		}
		key := strings.Join(values, "\x00")
		if byKey[key] == nil {
			byKey[key] = record{}
			keys = append(keys, key)
		}
		for name, value := range s.Labels.Map() {
			byKey[key][name] = Cell{Kind: Label, Text: value}
		}
		byKey[key][valueField(p, s.Ref)] = Cell{Kind: Number, Number: s.Last()}
	}
	var records []record
	for _, key := range keys {
		records = append(records, byKey[key])
	}
	return organize(p, records)
}

// valueField names the field of a query's values. A single query is not named.
func valueField(p Panel, ref string) string {
	if len(p.Targets) == 1 {
		return "Value"
	}
	return "Value #" + ref
}

// sharedLabels are the labels that the results of every query have.
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

func organize(p Panel, records []record) Rows {
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
	slices.SortFunc(names, func(a, b string) int { return o.IndexByName[a] - o.IndexByName[b] })
	var r Rows
	for _, n := range names {
		r.Columns = append(r.Columns, o.RenameByName[n])
	}
	for _, rec := range records {
		var row []Cell
		for _, n := range names {
			row = append(row, rec[n])
		}
		r.Cells = append(r.Cells, row)
	}
	r.sort(p)
	return r
}

// sort orders the rows by the first column that the panel sorts by.
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
	c := slices.Index(r.Columns, o.SortBy[0].DisplayName)
	if c < 0 {
		return
	}
	sort.SliceStable(r.Cells, func(i, j int) bool {
		if o.SortBy[0].Desc {
			i, j = j, i
		}
		return r.Cells[i][c].Number < r.Cells[j][c].Number
	})
}
