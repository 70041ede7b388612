package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// tokenizer is one, with a chat template, that the prober does not know.
type tokenizer struct {
	name       string
	perWord    float64
	perMessage int
	tools      int // how often the template has the tools' JSON
	// what the trial does not show of a full prompt, as a share of the limit
	hidden float64
}

func tokenizers() []tokenizer {
	return []tokenizer{
		{"as assumed", 1, 4, 2, 0},
		{"fewer tokens", 0.7, 0, 0, 0}, // tools are not in the prompt at all
		{"more tokens", 1.45, 12, 2, 0},
		{"twice as many", 2, 8, 2, 0},
		{"wordy tools", 1, 4, 5, 0}, // twice what is assumed
	}
}

// TestNoPromptOverrunsItsWindow plays an hour of each profile on engines whose context limit is the window that the
// target was given, and nothing else. No request is refused, the first included.
func TestNoPromptOverrunsItsWindow(t *testing.T) {
	quick := testing.Short() || raceEnabled
	for w, window := range []int{4096, 8192, 32_768, 131_072, 200_000, 262_144, 1_048_576} {
		for i, tok := range tokenizers() {
			for j, profile := range prober.Profiles() {
				if i > 0 && (w+i+j)%3 != 0 || quick && (j > 0 || window > 32_768) {
					continue // all profiles on the tokenizer that is assumed, the others in turn
				}
				t.Run(fmt.Sprintf("%d/%s/%s", window, tok.name, profile), func(t *testing.T) {
					target := targetOf(t, profile)
					target.Load.TokensPerMinute = min(target.Load.TokensPerMinute, 250_000)
					target.Workload = target.Workload.Fit(workload.Shape{Window: window})
					checkWindow(t, target, tok, time.Hour)
				})
			}
		}
	}
}

// Prompts of a million tokens are to be had by a limit.
func TestMillionTokens(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("an hour of long prompts: run it without -short and -race")
	}
	target := targetOf(t, prober.ProfileLoad)
	target.Workload = target.Workload.Fit(workload.Shape{Window: 1_048_576})
	target.Workload.Limit = 1_000_000
	if largest := checkWindow(t, target, tokenizers()[2], time.Hour); largest < 800_000 {
		t.Errorf("the largest prompt had %d tokens", largest)
	}
}

// A hundred sessions start in the middle of their lives, while all that is known comes from the trial, and the trial is
// wrong by 15 % of the limit. All answers are of the longest, for which there is room.
func TestFirstPromptsKeepOffTheWindow(t *testing.T) {
	target := targetOf(t, prober.ProfileLoad)
	target.Load.TokensPerMinute = 4e6
	target.Workload = target.Workload.Fit(workload.Shape{Window: 32_768})
	target.Workload.Output.Median, target.Workload.Output.Min = 4096, 4096
	checkWindow(t, target, tokenizer{perWord: 1, perMessage: 4, tools: 2, hidden: 0.15}, time.Minute)
}

// checkWindow plays for d and returns the largest prompt, in the engine's tokens.
func checkWindow(t *testing.T, target prober.Target, tok tokenizer, d time.Duration) (largest int64) {
	t.Helper()
	if e := target.Validate(); len(e) != 0 {
		t.Fatal(e)
	}
	p, _ := simulator.ProfileNamed("fast")
	p.MaxContext = target.Workload.Window
	p.Tokenizer = simulator.Tokenizer{TokensPerWord: tok.perWord, TokensPerMessage: tok.perMessage}
	r := playTarget(t, p, target, 7, d, func(e *simulator.Engine) *sender {
		s := &sender{engine: e}
		s.once.Do(func() {
			s.tools = []byte(strings.Repeat(toolsOf(target)+" ", tok.tools) +
				strings.Repeat(" word", int(tok.hidden*float64(target.Workload.Limit))))
		})
		return s
	})
	recalled := 0
	for i, x := range r.all {
		if x.Outcome != chat.OK && !errors.Is(x.Err, context.Canceled) { // by the test's end
			t.Fatalf("request %d of %d, %s, with %d tokens expected and an answer of %d: %v",
				i, len(r.all), x.Turn.Phase, x.Turn.Tokens, x.Turn.MaxTokens, x.Err)
		}
		if n, ok := x.Usage.Input.Value(); ok {
			largest = max(largest, n)
		}
		if x.Recall == chat.Right {
			recalled++
		}
	}
	if len(r.all) < 15 || len(r.all) > 200 && recalled == 0 {
		t.Errorf("%d requests, %d of them recalled", len(r.all), recalled)
	}
	if most := min(target.Workload.Window, target.Workload.Limit); largest < int64(most)/2 {
		t.Errorf("the largest prompt had %d tokens, of %d", largest, most)
	}
	return largest
}

// toolsOf is the JSON of the tools that the target's prompts bring.
func toolsOf(target prober.Target) string {
	s := workload.NewSession(&target.Workload, workload.NewCorpus("test"), workload.NewCalibration(1), workload.Identity{})
	_, r := s.Next(workload.Ages{})
	text, _ := json.Marshal(r.Conversation.Tools())
	return string(text)
}
