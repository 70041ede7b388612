package workload

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// windows are those that models have, from chat-sized ones on.
func windows() []int { return []int{3072, 4096, 8192, 32_768, 131_072, 200_000, 262_144, 1_048_576} }

func profiles() map[string]Shape {
	return map[string]Shape{"sentinel": Sentinel(), "watch": Watch(), "load": Load()}
}

// Every profile fits every window, with turns enough for a session and room for what a session has.
func TestFitsEveryWindow(t *testing.T) {
	for name, profile := range profiles() {
		for _, window := range windows() {
			s := profile.Fit(Shape{Window: window})
			if e := s.Validate(); len(e) != 0 {
				t.Errorf("%s in %d: %v", name, window, e)
				continue
			}
			if largest := s.Largest(); largest != s.Limit || largest+s.Output.Max > window*96/100 {
				t.Errorf("%s in %d: %d tokens with a limit of %d and answers of %d", name, window, largest, s.Limit, s.Output.Max)
			}
			if turns := s.Estimate().Turns; turns < 3 {
				t.Errorf("%s in %d: sessions of %.1f turns", name, window, turns)
			}
		}
	}
}

// The sizes of a profile stay as they are where they fit, and the scale has no step where they no longer do.
func TestFitOnlyScalesDown(t *testing.T) {
	for name, profile := range profiles() {
		for _, window := range []int{262_144, 1_048_576} {
			s := profile.Fit(Shape{Window: window})
			s.Window = 0
			if s != profile {
				t.Errorf("%s in %d: %+v, want the profile's sizes", name, window, s)
			}
		}
		edge := (profile.Limit+profile.Output.Max+spareTokens)*100/96 + 1
		s := profile.Fit(Shape{Window: edge - 1000})
		near(t, name+": context", float64(s.Context.Median), float64(profile.Context.Median), 0.02)
		near(t, name+": prefix", float64(s.SharedPrefix), float64(profile.SharedPrefix), 0.02)
		near(t, name+": summary", float64(s.Compaction.Summary.Median), float64(profile.Compaction.Summary.Median), 0.02)
	}
}

// What is set by hand stays, and the rest makes room for it.
func TestFitMakesRoomForWhatIsSet(t *testing.T) {
	for name, by := range map[string]Shape{
		"a small limit":      {Limit: 8000},
		"long answers":       {Output: LogNormal{Max: 12_000}},
		"long usual answers": {Output: LogNormal{Median: 5000}},
		"a long prefix":      {SharedPrefix: 20_000},
		"no prefix":          {SharedPrefix: 1000},
		"a short context":    {Context: LogNormal{Median: 6000}},
		"a long context":     {Context: LogNormal{Min: 26_000}},
		"a small context":    {Context: LogNormal{Max: 6000}},
		"long inputs":        {Input: LogNormal{Median: 9000}},
		"a short summary":    {Compaction: Compaction{Summary: LogNormal{Max: 900}}},
	} {
		by.Window = 32_768
		s := over(Watch().Fit(by), by)
		if e := s.Validate(); len(e) != 0 {
			t.Errorf("%s: %v in %+v", name, e, s)
		}
	}
}

// over puts the values that are not 0 on top of a shape, as a file does.
func over(s, by Shape) Shape {
	for _, v := range []struct{ to, from *int }{
		{&s.Limit, &by.Limit},
		{&s.SharedPrefix, &by.SharedPrefix},
		{&s.Output.Max, &by.Output.Max},
		{&s.Output.Median, &by.Output.Median},
		{&s.Input.Median, &by.Input.Median},
		{&s.Context.Min, &by.Context.Min},
		{&s.Context.Median, &by.Context.Median},
		{&s.Context.Max, &by.Context.Max},
		{&s.Compaction.Summary.Max, &by.Compaction.Summary.Max},
	} {
		if *v.from != 0 {
			*v.to = *v.from
		}
	}
	return s
}

// Until the server has counted a full prompt, prompts keep further away from the window.
func TestPromptsKeepOffTheWindow(t *testing.T) {
	shape := Load().Fit(Shape{Window: 131_072})
	for _, c := range []struct {
		name    string
		learns  int
		largest float64
	}{
		{"by the trial alone", 1, 0.85*131_072 - 256 - 4096},
		{"counted", 2, 0.96*131_072 - 256 - 4096},
	} {
		cal := NewCalibration(1)
		for range c.learns {
			cal.Learn(50_000, 0, 50_000)
		}
		most := int64(0)
		for i := range uint64(50) {
			s := NewSession(&shape, sharedCorpus(), cal, Identity{Ordinal: i})
			s.MidLife()
			for !s.Over() {
				turn, _ := step(s)
				most = max(most, turn.Tokens)
			}
		}
		if n := float64(most); n > c.largest || n < c.largest-2000 {
			t.Errorf("%s: the largest prompt has %.0f tokens, want just under %.0f", c.name, n, c.largest)
		}
	}
}

// A context and a summary that are set larger than the window's first prompts are cut.
func TestFirstContextKeepsOffTheWindow(t *testing.T) {
	shape := Watch().Fit(Shape{Window: 32_768})
	shape.Context = LogNormal{Median: shape.Largest() - 2, Min: shape.Largest() - 2, Max: shape.Largest() - 1}
	s := agent(shape, 1)
	if n := int(s.NextTokens()); n > shape.largestAtFirst()+5 {
		t.Errorf("the first prompt has %d tokens, want %d at most", n, shape.largestAtFirst())
	}
}

// A recall question asks for more tokens than short answers have, and has room for them.
func TestRecallHasRoomInTheWindow(t *testing.T) {
	by := Shape{Window: 8192, Limit: 8192, Output: LogNormal{Max: 32}}
	s := over(Watch().Fit(by), by)
	if most := 8192*96/100 - spareTokens - minRecallTokens; s.Largest() > most || s.Largest() < most-10 {
		t.Errorf("prompts of %d tokens, want %d", s.Largest(), most)
	}
}

// The table in docs/configuration.md is what Fit makes of the watch profile.
func TestDocumentedWindows(t *testing.T) {
	doc, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, window := range []int{4096, 8192, 32_768, 131_072} {
		s := Watch().Fit(Shape{Window: window})
		row := documented(s)
		if !strings.Contains(string(doc), row) {
			t.Errorf("docs/configuration.md does not have %s", row)
		}
	}
}

// documented is the shape's row of that table.
func documented(s Shape) string {
	n := func(n int) string {
		if n < 1000 {
			return strconv.Itoa(n)
		}
		return fmt.Sprintf("%d,%03d", n/1000, n%1000)
	}
	return fmt.Sprintf("| `%d` | %s | %s to %s | %s | %s | %s |", s.Window, n(s.SharedPrefix),
		n(s.Context.Min), n(s.Context.Max), n(s.Limit), n(s.Input.Max), n(s.Output.Max))
}

func ExampleShape_Fit() {
	for _, window := range []int{4096, 32_768, 200_000} {
		s := Watch().Fit(Shape{Window: window})
		fmt.Printf("%7d: prefix %5d, context %5d, limit %5d, answers up to %4d\n",
			window, s.SharedPrefix, s.Context.Median, s.Limit, s.Output.Max)
	}
	// Output:
	//    4096: prefix  1000, context  1999, limit  3164, answers up to  512
	//   32768: prefix  5082, context 15246, limit 27105, answers up to 4096
	//  200000: prefix 15000, context 45000, limit 80000, answers up to 4096
}
