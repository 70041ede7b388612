package main

import (
	"fmt"
	"io"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/screen"
)

// printLists prints how much load the lists of targets may bring, whatever they say.
func printLists(w io.Writer, lists []config.List) {
	if len(lists) == 0 {
		return
	}
	table := screen.Table{Text: 2}
	table.Add("LIST", "READ BY CHECK", "TARGETS AT MOST", "TOKENS/MIN AT MOST")
	for _, l := range lists {
		read := "yes"
		if l.Mechanism == "http" {
			read = "no: its server is not asked"
		}
		table.Add(l.Name, read, screen.Thousands(float64(l.Most)),
			screen.Tokens(float64(l.Most)*l.Like.Load.TokensPerMinute))
	}
	table.Print(w)
	fmt.Fprintln(w)
}
