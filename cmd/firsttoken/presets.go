package main

import (
	"fmt"
	"io"

	"github.com/firsttoken/firsttoken/internal/screen"
	"github.com/firsttoken/firsttoken/internal/survey"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/preset"
)

// printWindows says what each known window has made of the prompts.
func printWindows(w io.Writer, targets []prober.Target) {
	for _, t := range targets {
		if s := t.Workload; s.Window > 0 {
			fmt.Fprintf(w, "%s: a window of %s tokens: prompts of %s to %s, with a shared prefix of %s; answers up to %s\n",
				t.Name, tokens(s.Window), tokens(s.Context.Min), tokens(s.Largest()), tokens(s.SharedPrefix), tokens(s.Output.Max))
		}
	}
}

func tokens(n int) string { return screen.Thousands(float64(n)) }

// printPresets says what each target's engine set, in the words of the configuration file, and where that engine tells
// its window.
func printPresets(w io.Writer, targets []prober.Target) {
	for _, t := range targets {
		p, ok := preset.Named(t.Engine)
		if !ok {
			continue
		}
		keys := survey.Flow(p.Defaults(t.URL))
		fmt.Fprintf(w, "%s: engine %s sets, where the file says nothing else: %s\n", t.Name, p.Engine, keys)
		if t.Workload.Window == 0 {
			fmt.Fprintf(w, "%s: no `window` is set; this engine tells it by %s\n", t.Name, p.Window)
		}
	}
}
