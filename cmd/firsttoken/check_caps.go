package main

import (
	"fmt"
	"io"

	"github.com/firsttoken/firsttoken/internal/screen"
	"github.com/firsttoken/firsttoken/prober/budget"
)

// printCaps prints what each target may spend at most.
func printCaps(w io.Writer, forecasts []forecast, process budget.Limits) {
	if len(forecasts) == 0 {
		return
	}
	table := screen.Table{Text: 1}
	table.Add("AT MOST", "$/DAY", "$/MONTH", "TOKENS/DAY", "TOKENS/MONTH")
	for _, f := range forecasts {
		table.Add(capRow(f.Target, f.Budget)...)
	}
	if len(forecasts) > 1 {
		table.Add(capRow("all targets", process)...)
	}
	fmt.Fprintln(w)
	table.Print(w)
	fmt.Fprintln(w)
	fmt.Fprintln(w, "At 80 % of a cap a target keeps to the sentinel's level, at 100 % nothing is sent.")
}

func capRow(name string, l budget.Limits) []string {
	row := []string{name}
	for _, c := range budget.Caps() {
		switch limit := l.Of(c); {
		case limit.IsUnlimited():
			row = append(row, "–")
		case c.Unit == budget.InDollars:
			row = append(row, screen.Dollars(float64(limit)))
		default:
			row = append(row, screen.Tokens(float64(limit)))
		}
	}
	return row
}
