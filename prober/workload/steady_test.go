package workload

import (
	"math"
	"slices"
	"testing"
	"time"
)

// near holds got to want within a share of it.
func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within*math.Abs(want) {
		t.Errorf("%s is %.4g, want %.4g within %.1f %%", what, got, want, 100*within)
	}
}

// quantile of a sorted sample.
func quantile(sorted []float64, q float64) float64 { return sorted[int(q*float64(len(sorted)-1))] }

func sample(n int, draw func(*dice) float64) (sorted []float64, mean float64) {
	var d dice
	d.pcg.Seed(1, 2)
	for range n {
		x := draw(&d)
		sorted, mean = append(sorted, x), mean+x/float64(n)
	}
	slices.Sort(sorted)
	return sorted, mean
}

// The right sides are the published figures of the model: answers of mean 436, median 293 and 99th
// percentile 2,365 tokens (Together AI reports 450, 293, 2,230); what a client adds has mean 1,098,
// median 365 and 90th percentile 2.6k.
func TestDistributions(t *testing.T) {
	s := Load()
	out, mean := sample(200_000, func(d *dice) float64 { return float64(s.Output.draw(d)) })
	near(t, "mean output", mean, 436, 0.02)
	near(t, "median output", quantile(out, 0.5), 293, 0.02)
	near(t, "p99 output", quantile(out, 0.99), 2365, 0.03)
	near(t, "least output", out[0], 16, 0)
	near(t, "most output", out[len(out)-1], 4096, 0)

	in, mean := sample(200_000, func(d *dice) float64 { return float64(s.Input.draw(d)) })
	near(t, "mean input", mean, 1098, 0.03)
	near(t, "median input", quantile(in, 0.5), 365, 0.02)
	near(t, "p90 input", quantile(in, 0.9), 2600, 0.03)
	near(t, "least input", in[0], 32, 0)

	tool, mean := sample(200_000, func(d *dice) float64 { return s.ToolPause.draw(d).Seconds() })
	near(t, "median tool pause", quantile(tool, 0.5), 9, 0.02)
	near(t, "mean tool pause", mean, 14.3, 0.03) // e^(2.2+0.5) = 14.9, less the tail above 120 s
	near(t, "longest tool pause", tool[len(tool)-1], 120, 0)
	person, _ := sample(200_000, func(d *dice) float64 { return s.HumanPause.draw(d).Seconds() })
	near(t, "median human pause", quantile(person, 0.5), 90, 0.02)
	near(t, "longest human pause", person[len(person)-1], 240, 0)
	near(t, "shortest human pause", person[0], 10, 0)
}

// lives plays whole sessions and returns prompt sizes and the length of each first leg.
func lives(s Shape, n int) (sizes, legs []float64) {
	for i := range uint64(n) {
		session := NewSession(&s, sharedCorpus(), NewCalibration(1), Identity{Seed: 5, Ordinal: i})
		turns, first := 0.0, true
		for !session.Over() {
			turn, _ := step(session)
			sizes, turns = append(sizes, float64(turn.Tokens)), turns+1
			if first && (session.Over() || session.next.reset) {
				legs, first = append(legs, turns), false
			}
		}
	}
	slices.Sort(sizes)
	slices.Sort(legs)
	return sizes, legs
}

// The model's own simulation gave 102 turns a session (5 % below 81, 5 % above 125), prompts of mean
// 121k (51k, 121k and 192k at the 5th, 50th and 95th percentile).
func TestSessionsOfTheLoadLevel(t *testing.T) {
	shape := Load()
	shape.Compaction.Share = 0
	sizes, legs := lives(shape, 400)
	sum := 0.0
	for _, n := range legs {
		sum += n
	}
	near(t, "turns of a session", sum/float64(len(legs)), 102, 0.03)
	near(t, "p5 of turns", quantile(legs, 0.05), 81, 0.08) // 102 draws of the input's long tail: sigma is 15 turns
	near(t, "p95 of turns", quantile(legs, 0.95), 125, 0.06)
	near(t, "p5 of prompts", quantile(sizes, 0.05), 51_000, 0.04)
	near(t, "median of prompts", quantile(sizes, 0.5), 121_000, 0.02)
	near(t, "p95 of prompts", quantile(sizes, 0.95), 192_000, 0.02)
	if most := sizes[len(sizes)-1]; most > 200_000 || most < 199_000 {
		t.Errorf("the largest of %d prompts has %.0f tokens, want just under the limit", len(sizes), most)
	}
}

// CachedShare is below the 98.9 % of a cache that never forgets and also keeps the generated answers,
// whose 437 tokens a turn are 0.4 % of a prompt and which our history replaces by text of its own; and
// with 2 % of turns after a pause longer than the cache's lifetime it is that of published traces, 96.8 %.
func TestEstimate(t *testing.T) {
	load := Load().Estimate()
	near(t, "load: input", load.InputTokens, 121_000, 0.02)
	near(t, "load: output", load.OutputTokens, 437, 0.02)
	near(t, "load: pause", load.Pause.Seconds(), 35.5, 0.03)
	near(t, "load: turns", load.Turns, 100, 0.03)
	near(t, "load: cached", load.CachedShare, 0.968, 0.003)
	near(t, "load: tokens per minute of a session", load.InputTokens*60/load.Pause.Seconds(), 200_000, 0.05)

	ideal := Load()
	ideal.IdleShare = 0
	near(t, "ideal cached", ideal.Estimate().CachedShare+437/load.InputTokens, 0.989, 0.002)

	watch, sentinel := Watch().Estimate(), Sentinel().Estimate()
	near(t, "watch: input", watch.InputTokens, 60_000, 0.02)
	near(t, "sentinel: input", sentinel.InputTokens, 60_000, 0.02)
	if sentinel.Pause > 3*time.Second {
		t.Errorf("the sentinel's session pauses for %s in the mean, want nearly none", sentinel.Pause)
	}
	if again := Load().Estimate(); again != load {
		t.Errorf("the estimate is %+v the second time, was %+v", again, load)
	}
}

func TestLevelsStayInTheirRange(t *testing.T) {
	for name, shape := range map[string]Shape{"watch": Watch(), "sentinel": Sentinel()} {
		sizes, _ := lives(shape, 200)
		if least, most := sizes[0], sizes[len(sizes)-1]; least < 29_900 || most > 80_000 {
			t.Errorf("%s: prompts of %.0f to %.0f tokens", name, least, most)
		}
		if p5 := quantile(sizes, 0.05); p5 < 39_000 {
			t.Errorf("%s: p5 is %.0f tokens, want most above 40k", name, p5)
		}
	}
}

// TestMidLifeIsSteadyState compares the first prompts of mid-life sessions with all prompts of whole
// lives: the load of a prober that has just started has to be that of one that has run for ever.
func TestMidLifeIsSteadyState(t *testing.T) {
	// Compacts to a context from which the limit is only a quarter as far: a leg chosen by kind alone would
	// be found at once.
	compacting := Load()
	compacting.Compaction = Compaction{0.5, LogNormal{150_000, 0.05, 140_000, 160_000}}
	sessions := uint64(600)
	if testing.Short() {
		sessions = 150
	}
	mean := 0.98 / math.Sqrt(float64(sessions)) // 3 sigma
	for name, shape := range map[string]Shape{"load": Load(), "watch": Watch(), "compacting": compacting} {
		all, _ := lives(shape, 200)
		var mid []float64
		sum, want := 0.0, 0.0
		for i := range sessions {
			s := agent(shape, i)
			s.MidLife()
			n := float64(s.NextTokens())
			mid, sum = append(mid, n), sum+n
		}
		for _, n := range all {
			want += n / float64(len(all))
		}
		slices.Sort(mid)
		near(t, name+": mean", sum/float64(len(mid)), want, mean)
		if d := distance(mid, all); d > 1.63/math.Sqrt(float64(len(mid))) { // Kolmogorov's bound at 1 %
			t.Errorf("%s: the distributions are %.3f apart", name, d)
		}
	}
}

// distance is the largest difference of two distribution functions (Kolmogorov and Smirnov).
func distance(a, b []float64) (d float64) {
	for i, x := range a {
		below, _ := slices.BinarySearch(b, x)
		d = max(d, math.Abs(float64(i)/float64(len(a))-float64(below)/float64(len(b))))
	}
	return d
}

func TestMidLifeIsForSessionsThatHaveNotBegun(t *testing.T) {
	s := agent(Load(), 31)
	step(s)
	before := s.NextTokens()
	s.MidLife()
	if turn, _ := step(s); turn.Phase != Warm || turn.Tokens != before {
		t.Errorf("a session that had begun became %s with %d tokens, want warm with %d", turn.Phase, turn.Tokens, before)
	}
}

func TestTrialIsATenthAndOne(t *testing.T) {
	shape := Load()
	s := NewTrial(&shape, sharedCorpus(), NewCalibration(1), Identity{Ordinal: 9})
	turn, r := s.Next(Ages{Prefix: Ago(0)})
	if turn.Tokens < 3000 || turn.Tokens > 6000 || turn.Phase != Bootstrap || turn.Cached != 0 || turn.Recall {
		t.Errorf("the trial is %+v, want a bootstrap of some 4,500 tokens", turn)
	}
	if got := countWords(t, r.Conversation); got != turn.Words || len(r.Conversation.Tools()) != 0 {
		t.Errorf("%d words and %d tools, the turn says %d and none", got, len(r.Conversation.Tools()), turn.Words)
	}
	if !s.Over() {
		t.Error("the trial goes on")
	}
}
