package main

import (
	"fmt"
	"strings"

	"github.com/firsttoken/firsttoken/internal/screen"
	"github.com/firsttoken/firsttoken/prober"
)

func outcomeLine(r prober.Result) string {
	parts := []string{string(r.Outcome)}
	if r.Status != 0 {
		parts = append(parts, fmt.Sprintf("HTTP %d", r.Status))
	}
	if r.Finish != "" {
		parts = append(parts, "finish reason "+r.Finish)
	}
	return strings.Join(parts, " · ")
}

func errorLine(r prober.Result) string {
	if r.Err == nil {
		return ""
	}
	return r.Err.Error()
}

// bewareLine says what bends the numbers below it.
func bewareLine(t prober.Target, r prober.Result) string {
	var parts []string
	if r.NotStreamed() {
		parts = append(parts, "the answer came at once: something between you and the engine buffers, and there is no rate")
	}
	for _, quirk := range r.Quirks.List() {
		parts = append(parts, "the answer departs from its dialect, it had "+quirk.Meaning())
	}
	if !t.AskedFor(r.Identity.Model) {
		parts = append(parts, "another model answered than the one that was asked for")
	}
	if n, _ := r.HiddenTokens(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d tokens were generated and not streamed; the rate is that of the others", n))
	}
	return strings.Join(parts, " · ")
}

func latencyLine(r prober.Result) string {
	var parts []string
	if d, ok := r.TTFT(); ok {
		parts = append(parts, "TTFT "+short(d))
	}
	if d, ok := r.ServerWait(); ok {
		parts = append(parts, "server's part "+short(d))
	}
	if tps, ok := r.TPS(); ok {
		parts = append(parts, fmt.Sprintf("%.1f tokens/s", tps))
	}
	if d, ok := r.Stall(); ok {
		parts = append(parts, "longest gap "+short(d))
	}
	return strings.Join(parts, " · ")
}

func tokensLine(r prober.Result) string {
	in, ok := r.Usage.Input.Value()
	switch {
	case !ok && r.FirstToken.IsZero():
		return "" // there was no answer to count
	case !ok:
		return "the endpoint did not say"
	}
	line := screen.Thousands(float64(in)) + " in"
	if cached, ok := r.Usage.Cached.Value(); ok {
		line += fmt.Sprintf(" (%s from the cache, %s expected)",
			screen.Thousands(float64(cached)), screen.Thousands(float64(r.Turn.Cached)))
	} else {
		line += " (whether any came from a cache is not said)"
	}
	if out, ok := r.Usage.Output.Value(); ok {
		line += " · " + screen.Thousands(float64(out)) + " out"
	}
	if reasoning, ok := r.Usage.Reasoning.Value(); ok && reasoning > 0 {
		line += fmt.Sprintf(" (%s of them reasoning)", screen.Thousands(float64(reasoning)))
	}
	return line
}

func recallLine(r prober.Result) string {
	if result := r.Recall.String(); result != "" {
		return "asked for something deep in the context: " + result
	}
	return ""
}

func costLine(t prober.Target, r prober.Result) string {
	if t.Prices == nil || tokensLine(r) == "" {
		return ""
	}
	cost, ok := t.Prices.Cost(r.Usage)
	if !ok {
		return "unknown: the endpoint did not say how many tokens"
	}
	return screen.Dollars(cost)
}

func serverLine(r prober.Result) string {
	var parts []string
	for _, p := range []string{r.Identity.Model, r.Identity.Fingerprint, r.Identity.Server, r.Identity.Protocol} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if r.Reused {
		parts = append(parts, "reused connection")
	}
	return strings.Join(parts, " · ")
}
