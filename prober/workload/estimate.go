package workload

import "time"

// Estimate has the means of a shape in its steady state.
type Estimate struct {
	InputTokens  float64       // of a request's prompt
	OutputTokens float64       // of a request's answer, as asked for
	CachedShare  float64       // of input tokens that a healthy prefix cache serves, 0 to 1
	Pause        time.Duration // between an answer and the session's next request
	Turns        float64       // from a fresh context to the limit
}

const estimateTurns = 20_000

// Estimate plays some 200 seeded sessions without their text. It costs some milliseconds: keep the
// result. It takes an answer to last no time, and the shared prefix to be always in use.
func (s Shape) Estimate() Estimate {
	words := &Corpus{phrases: newPhrases("")}
	cal := NewCalibration(s.TokensPerWord)
	cal.observed = enough
	var sum tally
	for i := uint64(0); sum.turns < estimateTurns; i++ {
		sum.play(NewSession(&s, words, cal, Identity{Ordinal: i}))
	}
	return sum.means()
}

type tally struct {
	turns, legs           int
	input, output, cached int64
	pause                 time.Duration
}

// play runs a session to its end: over whole lives, means are those of the steady state.
func (t *tally) play(s *Session) {
	ages := Ages{Prefix: Ago(0)}
	for !s.Over() {
		turn, _ := s.Next(ages)
		s.Settle(true)
		ages.Session = Ago(turn.Pause)
		t.add(turn)
		if s.over || s.next.reset {
			t.legs++
		}
	}
}

func (t *tally) add(turn Turn) {
	t.turns++
	t.input += turn.Tokens
	t.output += int64(turn.MaxTokens)
	t.cached += turn.Cached
	t.pause += turn.Pause
}

func (t *tally) means() Estimate {
	n := float64(t.turns)
	return Estimate{
		InputTokens:  float64(t.input) / n,
		OutputTokens: float64(t.output) / n,
		CachedShare:  float64(t.cached) / float64(t.input),
		Pause:        t.pause / time.Duration(t.turns),
		Turns:        n / float64(t.legs),
	}
}
