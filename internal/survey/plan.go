package survey

import (
	"fmt"

	"github.com/firsttoken/firsttoken/prober"
)

// Plan is what the trials may cost, before any is sent.
type Plan struct {
	Requests int
	Again    int   // of them may be sent once more, mended, when they are refused
	Input    int64 // tokens of the prompts, more or less
	Most     int64 // that they can be, whatever the tokenizer: a token has one byte or more
	Output   int64 // tokens, at most
	Long     int   // tokens of the one long prompt among them; 0: there is none
}

// Plan counts the trials.
func (s *Survey) Plan() Plan {
	p := Plan{Again: mostRefused}
	add := func(t trial, turns int) {
		b := s.session(t).NextBound()
		for i := range turns {
			p.Requests++
			p.Input += int64(t.tokens + i*growth)
			p.Most += prober.MostInput(b) + int64(i*growth*mostBytesPerWord)
			p.Output += int64(t.output)
		}
	}
	for _, t := range trials() {
		turns := 1
		if t.agent || t.output == longAnswer && s.mayPin() {
			turns = 2
		}
		add(t, turns)
	}
	if s.asksWindow() {
		p.Long = s.longest()
		add(trial{tokens: p.Long, output: shortAnswer}, 1)
	}
	return p
}

const mostBytesPerWord = 16 // of the words in prompts, with the space before them

// The prices at which a plan is shown: those of a large model.
const (
	shownInput  = 5.0 // dollars per million tokens
	shownOutput = 25.0
)

// Plus is the plan of two surveys together.
func (p Plan) Plus(q Plan) Plan {
	return Plan{
		Requests: p.Requests + q.Requests, Again: p.Again + q.Again, Input: p.Input + q.Input, Most: p.Most + q.Most,
		Output: p.Output + q.Output, Long: max(p.Long, q.Long),
	}
}

// String says the plan to a person.
func (p Plan) String() string {
	dollars := (float64(p.Input)*shownInput + float64(p.Output)*shownOutput) / 1e6
	text := fmt.Sprintf("%d requests, some %d tokens in (%d at the very most) and at most %d out: "+
		"$%.2f at $%g and $%g per million. A refused one is mended and sent again, %d times at most.",
		p.Requests, p.Input, p.Most, p.Output, dollars, shownInput, shownOutput, p.Again)
	if p.Long > 0 {
		text += fmt.Sprintf(" One has a prompt of %d tokens, because nothing tells the window.", p.Long)
	}
	return text
}
