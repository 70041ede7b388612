package config

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/prober/workload"
)

// TestWindowScalesTheWorkload looks at a window in each place that may have one, and at what is set beside it.
func TestWindowScalesTheWorkload(t *testing.T) {
	t.Parallel()
	watch := func(by workload.Shape) workload.Shape { return workload.Watch().Fit(by) }
	small := workload.Shape{Window: 32_768}
	noRecall := watch(workload.Shape{Window: 32_768, Limit: 20_000})
	noRecall.RecallShare = 0
	for name, c := range map[string]struct {
		text string
		want workload.Shape
	}{
		"target's own":      {"targets: [{name: a, workload: {window: 32768}}]", watch(small)},
		"named":             {"workloads: {w: {window: 32768}}\ntargets: [{name: a, workload: w}]", watch(small)},
		"of the defaults":   {"targets: [{name: a}]", watch(small)},
		"over the defaults": {"targets: [{name: a, workload: {window: 8192}}]", watch(workload.Shape{Window: 8192})},
		"taken away":        {"targets: [{name: a, workload: {window: null}}]", workload.Watch()},
		"of a profile":      {"targets: [{name: a, load: {profile: sentinel}}]", workload.Sentinel().Fit(small)},
		"keys beside it":    {"targets: [{name: a, workload: {recall_share: 0, limit: 20000}}]", noRecall},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			head := `defaults: {api: openai_chat, model: m, url: "http://h/v1", workload: {window: 32768}}` + "\n"
			f := parsed(t, head+c.text)
			if got := f.Targets[0].Workload; got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			if shown := fmt.Sprintf("limit: %d\n", c.want.Limit); !strings.Contains(f.Redacted(), shown) {
				t.Errorf("the configuration in use does not show %q", shown)
			}
		})
	}
}

// TestFollowedMessagesAreEnough writes workloads at random, and changes what the messages say, each at its place. That
// must be right then: a second round of messages would be one by one.
func TestFollowedMessagesAreEnough(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	corrected := 0
	for i := range 400 {
		keys := randomWorkload(random)
		text := written(keys)
		_, err := Parse("w.yml", []byte(text), when(t))
		var all Errors
		if errors.As(err, &all) {
			corrected++
			follow(t, all, keys)
		}
		if f, err := Parse("w.yml", []byte(written(keys)), when(t)); err != nil {
			t.Fatalf("workload %d:\n%s%v\n\nstill wrong:\n%s%v", i, text, all, written(keys), err)
		} else if w := f.Targets[0].Workload; w.Output.Max+w.Limit > w.Window && w.Window > 0 && keys["limit"] == 0 {
			t.Fatalf("workload %d: %+v", i, w)
		}
	}
	if corrected < 50 {
		t.Errorf("only %d of the workloads had a mistake", corrected)
	}
}

// randomWorkload sets some of the keys to sizes of any order.
func randomWorkload(random *rand.Rand) map[string]int {
	keys := map[string]int{}
	for _, key := range []string{
		"limit", "shared_prefix", "context.median", "context.max", "output.median", "output.max", "compaction.summary.max",
	} {
		if random.IntN(3) == 0 {
			keys[key] = 1100 << random.IntN(7)
		}
	}
	for _, of := range []string{"context", "output"} { // no order of its own to get wrong
		if keys[of+".median"] > 0 {
			delete(keys, of+".max")
		}
	}
	keys["window"] = 3500 << random.IntN(8)
	return keys
}

// written is the file that sets them.
func written(keys map[string]int) string {
	var b strings.Builder
	b.WriteString("targets:\n  - name: a\n    url: http://h/v1\n    api: openai_chat\n    model: m\n    workload:\n")
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		parts := strings.Split(key, ".")
		value := fmt.Sprint(keys[key])
		for i := len(parts) - 1; i > 0; i-- {
			value = "{" + parts[i] + ": " + value + "}"
		}
		fmt.Fprintf(&b, "      %s: %s\n", parts[0], value)
	}
	return b.String()
}

var advice = regexp.MustCompile(`(?:at most|at least|take) (\d+)`)

// follow changes each key as its message says.
func follow(t *testing.T, all Errors, keys map[string]int) {
	t.Helper()
	for _, p := range all {
		key := strings.TrimPrefix(p.Path, "targets[0].workload.")
		n := advice.FindStringSubmatch(p.Reason)
		if n == nil {
			t.Errorf("no advice: %s in %v", p, keys)
			continue
		}
		if _, set := keys[key]; !set {
			continue // it has moved with one that is set
		}
		var v int
		if _, err := fmt.Sscan(n[1], &v); err != nil {
			t.Fatal(err)
		}
		keys[key] = v
	}
}
