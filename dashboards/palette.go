package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// Colours mean the same on every dashboard. Names are Grafana's, so that they follow its theme.
const (
	colourP50  = "light-blue"
	colourP95  = "blue"
	colourP99  = "dark-blue"
	colourMean = "purple"

	colourLimit = "red" // an objective, a power limit: what must not be crossed
	colourGood  = "green"
	colourWarn  = "yellow"
	colourBad   = "orange"
	colourWorst = "red"
	colourPlain = "text"        // what is not judged
	colourClear = "transparent" // the background of a table's cell that needs no attention

	colourClient = "semi-dark-blue"
	colourEngine = "semi-dark-orange"
	colourCold   = "light-blue"
	colourWarm   = "light-orange"
)

// outcomeColours are those of the table of outcomes.
func outcomeColours() colours {
	c := colours{}
	for _, o := range chat.Outcomes() {
		c[string(o)] = o.Colour()
	}
	return c
}

func tokenColours() colours {
	return colours{
		"input_uncached": "blue", "input_cached": "light-green", "input_cache_write": "light-purple",
		"output": "orange", "reasoning": "light-orange",
		"input, estimated": "semi-dark-yellow", "output, estimated": "semi-dark-orange",
	}
}

// step is one threshold: from this value on, this colour.
type step struct {
	from   float64
	colour string
}

// steps begin with the colour of everything below the first.
func steps(below string, above ...step) *dashboard.ThresholdsConfig {
	t := dashboard.ThresholdsConfig{
		Mode: dashboard.ThresholdsModeAbsolute, Steps: []dashboard.Threshold{{Color: below}},
	}
	for _, s := range above {
		t.Steps = append(t.Steps, dashboard.Threshold{Value: &s.from, Color: s.colour})
	}
	return &t
}

// ofObjective judges a value as a share of what the exported objective allows: 1 is the limit.
func ofObjective() *dashboard.ThresholdsConfig {
	return steps(colourGood, step{0.8, colourWarn}, step{1, colourWorst})
}

// moreIsBetter judges a value as a share of what it should reach.
func moreIsBetter() *dashboard.ThresholdsConfig {
	return steps(colourWorst, step{1, colourGood})
}

// budgetLeft judges a share of an error budget; below 0 it is overspent.
func budgetLeft() *dashboard.ThresholdsConfig {
	return steps(colourWorst, step{0, colourBad}, step{0.25, colourWarn}, step{0.5, colourGood})
}

func fixed(colour string) *dashboard.FieldColor {
	return &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdFixed, FixedColor: &colour}
}
