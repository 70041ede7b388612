package workload

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
)

// server is a tokenizer and a chat template as a target has them.
type server struct {
	perWord, overhead, noise float64
	constant                 float64 // what the template adds once
}

func (s server) count(turn Turn, r *rand.Rand) int64 {
	per := s.perWord * (1 + s.noise*r.NormFloat64())
	return int64(per*float64(turn.Words) + s.overhead*float64(turn.Messages) + s.constant)
}

func TestCalibrationLearnsATarget(t *testing.T) {
	for name, c := range map[string]struct {
		server server
		turns  int     // that it may take
		within float64 // of every prompt after that
	}{
		"one token a word":     {server{1, 4, 0, 0}, 1, 0.002},
		"no framing":           {server{1, 0, 0, 0}, 20, 0.002},
		"heavy framing":        {server{1, 12, 0, 0}, 40, 0.005},
		"the 30 % tokenizer":   {server{1.3, 4, 0, 0}, 5, 0.005},
		"half":                 {server{0.5, 4, 0, 0}, 8, 0.01},
		"three tokens a word":  {server{3, 4, 0, 0}, 12, 0.01},
		"text varies by 0.3 %": {server{1.1, 6, 0.003, 0}, 30, 0.012},
		"the template's tools": {server{1, 4, 0, 500}, 20, 0.01},
	} {
		t.Run(name, func(t *testing.T) {
			shape, cal := Load(), NewCalibration(1)
			random := rand.New(rand.NewPCG(3, 4))
			n, worst := 0, 0.0
			trial := NewTrial(&shape, sharedCorpus(), cal, Identity{})
			for ordinal := uint64(1); n < 300; ordinal++ {
				for s := trial; n < 300; n++ {
					turn, _ := step(s)
					counted := c.server.count(turn, random)
					if n >= c.turns {
						worst = max(worst, math.Abs(float64(turn.Tokens-counted))/float64(counted))
					}
					cal.Learn(turn.Words, turn.Messages, counted)
					if s.Over() {
						break
					}
				}
				trial = NewSession(&shape, sharedCorpus(), cal, Identity{Ordinal: ordinal})
			}
			if worst > c.within {
				t.Errorf("after %d turns a prompt is still wrong by %.2f %%, want %.2f %%", c.turns, 100*worst, 100*c.within)
			}
		})
	}
}

func TestOneObservationMovesLittle(t *testing.T) {
	c := NewCalibration(1)
	for range 50 {
		c.Learn(100_000, 100, 100_400)
	}
	before := c.perWord
	c.Learn(100_000, 100, 900_000) // nonsense, once
	near(t, "after nonsense", c.perWord, before*1.02, 1e-9)
	c.Learn(100_000, 100, 1)
	near(t, "after nonsense below", c.perWord, before*1.02*0.98, 1e-9)
}

func TestFirstStepsAreTheDocumentedOnes(t *testing.T) {
	c := NewCalibration(1)
	for _, want := range []float64{2.0, 2.0} { // the first is taken whole
		c.Learn(100_000, 0, 200_000)
		near(t, "tokens per word", c.perWord, want, 1e-9)
	}
	c.Learn(100_000, 0, 210_000) // the third counts by a third
	near(t, "tokens per word", c.perWord, 2+0.1/3, 1e-9)
}

// A server that reports nonsense moves the estimate to its bounds and no further, and a right one brings it back.
func TestCalibrationIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		tokens func(words int) int64
		want   float64
	}{
		"ten tokens, whatever was sent": {func(int) int64 { return 10 }, 0.5},
		"5 %":                           {func(w int) int64 { return int64(w) / 10 }, 0.5},
		"the largest number there is":   {func(int) int64 { return math.MaxInt64 }, 8},
		"a hundred times too many":      {func(w int) int64 { return 200 * int64(w) }, 8},
	} {
		t.Run(name, func(t *testing.T) {
			cal := NewCalibration(2)
			for range 1000 {
				cal.Learn(50_000, 40, c.tokens(50_000))
			}
			got, bounded := cal.TokensPerWord()
			if got != c.want || !bounded {
				t.Errorf("%v tokens per word, at a bound: %v; want %v", got, bounded, c.want)
			}
			if n := cal.Tokens(1_000_000, 100); n < 0 || n > 8_100_000 {
				t.Errorf("a million words are %d tokens", n)
			}
			for range 200 {
				cal.Learn(50_000, 40, 100_160)
			}
			if got, bounded := cal.TokensPerWord(); math.Abs(got-2) > 0.02 || bounded {
				t.Errorf("%v tokens per word after 200 true answers, at a bound: %v", got, bounded)
			}
		})
	}
}

// A prompt that does not fit has at least as many tokens as the window.
func TestCalibrationLearnsFromAnOverflow(t *testing.T) {
	c := NewCalibration(1)
	c.LearnOverflow(60_000, 0, 64_800)
	near(t, "tokens per word", c.perWord, 1.08, 1e-9)
	c.LearnOverflow(30_000, 0, 16_000) // says less than is known
	near(t, "tokens per word", c.perWord, 1.08, 1e-9)
	c.LearnOverflow(1, 0, 1_000_000)
	near(t, "tokens per word", c.perWord, 4, 1e-9)
}

func TestATrialHardlyOutweighsAPrompt(t *testing.T) {
	c := NewCalibration(1)
	c.Learn(4500, 0, 4950)
	near(t, "after the trial", c.perWord, 1.1, 1e-9)
	c.Learn(95_500, 0, 95_500)
	near(t, "after the first full prompt", c.perWord, 1.1-0.1*0.955, 1e-9)
}

func TestAnotherTokenizerIsSeen(t *testing.T) {
	c := NewCalibration(1)
	for range 100 {
		c.Learn(100_000, 100, 100_400)
	}
	for range 40 {
		c.Learn(100_000, 100, 130_400)
	}
	near(t, "tokens of the next prompt", float64(c.Tokens(100_000, 100)), 130_400, 0.01)
}

func TestCalibrationArithmetic(t *testing.T) {
	c := NewCalibration(2)
	if got := c.Tokens(1000, 10); got != 2040 {
		t.Errorf("1,000 words in 10 messages are %d tokens, want 2,040", got)
	}
	if got := c.message(44); got != 20 {
		t.Errorf("a message of 44 tokens has %d words, want 20", got)
	}
	c.Learn(0, 3, 100)
	c.Learn(100, 3, 0)
	near(t, "after nothing", c.perWord, 2, 0)
	for _, bad := range []float64{0, -1, math.NaN()} {
		near(t, "a guess that is none", NewCalibration(bad).perWord, 1, 0)
	}
}

func TestCalibrationIsShared(t *testing.T) {
	c := NewCalibration(1)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				c.Learn(c.message(100_000), 100, 130_000)
				c.Tokens(1, 1)
			}
		})
	}
	all.Wait()
	if got := c.Tokens(100_000, 100); got < 120_000 {
		t.Errorf("100,000 words are %d tokens after 1,600 observations of 1.3", got)
	}
}

func BenchmarkLearn(b *testing.B) {
	c := NewCalibration(1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Learn(100_000+i%1000, 100, 100_000)
	}
}

// A server whose counts grow or shrink with the number of messages beyond all templates does not move the overhead
// beyond its bounds.
func TestOverheadIsBounded(t *testing.T) {
	for _, perMessage := range []float64{-300, 500} {
		c := NewCalibration(1)
		for i := range 200 {
			words, messages := 50_000, 10+i
			c.Learn(words, messages, int64(50_000+perMessage*float64(messages)))
		}
		if few, many := c.Tokens(50_000, 10), c.Tokens(50_000, 110); many < few || many-few > 100*maxOverhead {
			t.Errorf("%.0f tokens a message: 100 messages have %d tokens", perMessage, many-few)
		}
	}
}
