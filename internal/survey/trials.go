package survey

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/preset"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// trial is one small request and what its answer tells. The sizes are about right: no tokenizer is known yet.
type trial struct {
	name   string
	tokens int // of the prompt
	output int // tokens to ask for
	agent  bool
	needed bool // an endpoint that refuses it cannot be probed
	learn  func(s *Survey, ctx context.Context, t trial, a answer) error
}

// answer is a result, and the session that it is the last turn of.
type answer struct {
	prober.Result
	session *workload.Session
}

// The length of the answers that show a rate and whether something holds them back: 96 tokens take a quarter of a
// second even at 400 a second.
const (
	shortAnswer = 32
	longAnswer  = 96
	growth      = 300 // tokens that a second turn adds to the first
)

// trials are made in this order. Their prompts are above the 1,024 tokens from which vendors keep a prefix.
func trials() []trial {
	return []trial{
		{name: "a prompt", tokens: 1000, output: shortAnswer, needed: true, learn: (*Survey).learnFirst},
		{name: "a longer one", tokens: 3000, output: longAnswer, needed: true, learn: (*Survey).learnLength},
		{name: "an agent's first turn", tokens: 3000, output: longAnswer, agent: true, learn: (*Survey).learnTools},
	}
}

// fullPrompt is the size in tokens of a prompt that is longer than any of the default workload with its answer: 80,000
// and 4,096.
func fullPrompt() int { return workload.Sentinel().Limit * 11 / 10 }

// mostRefused is how many requests may be refused and sent again, mended.
const mostRefused = 6

// Trials sends the requests. An error says what a person can do.
func (s *Survey) Trials(ctx context.Context) error {
	for _, t := range trials() {
		if err := s.try(ctx, t); err != nil {
			return err
		}
	}
	if err := s.findWindow(ctx); err != nil {
		return err
	}
	s.found.Endpoint = s.target.Endpoint
	return nil
}

// try makes a trial and learns from it.
func (s *Survey) try(ctx context.Context, t trial) error {
	a, err := s.ask(ctx, t)
	if err != nil {
		return err
	}
	s.say("%s: %s", t.name, summary(a.Result))
	if !accepted(a.Result) && t.needed {
		return s.refusal(a.Result)
	}
	return t.learn(s, ctx, t, a)
}

// accepted is an answer, also one that was all hidden reasoning.
func accepted(r prober.Result) bool { return r.Outcome == chat.OK || r.Outcome == chat.Empty }

// ask sends a trial, and again for as long as what was refused can be mended.
func (s *Survey) ask(ctx context.Context, t trial) (answer, error) {
	for {
		session := s.session(t)
		r, err := s.send(ctx, session)
		if err != nil || accepted(r) {
			return answer{r, session}, err
		}
		again, err := s.mend(r)
		if err != nil || !again {
			return answer{r, session}, err
		}
	}
}

// send sends the next turn of a session and counts it.
func (s *Survey) send(ctx context.Context, session *workload.Session) (prober.Result, error) {
	r, err := prober.Ask(ctx, s.target, prober.Options{
		Budget:  s.options.Budget,
		Connect: func(t prober.Target) (prober.Sender, error) { return s.options.Connect(t.Endpoint) },
	}, session)
	if err != nil {
		return r, err
	}
	s.found.Requests++
	in, _ := r.Usage.Input.Value()
	out, _ := r.Usage.Output.Value()
	s.found.Input, s.found.Output = s.found.Input+in, s.found.Output+out
	session.Settle(r.Outcome == chat.OK)
	return r, nil
}

// session begins a session whose first turn is the trial's.
func (s *Survey) session(t trial) *workload.Session {
	shape := shapeOf(t)
	s.target.Workload = shape
	s.order++
	id := workload.Identity{Seed: s.options.Seed, Target: s.target.Name, Ordinal: s.order}
	if t.agent {
		return workload.NewSession(&shape, s.corpus, s.cal, id)
	}
	return workload.NewTrial(&shape, s.corpus, s.cal, id)
}

// shapeOf is a workload of the trial's size, without chance. A trial of package workload is a tenth of its shape.
func shapeOf(t trial) workload.Shape {
	tokens := t.tokens
	if !t.agent {
		tokens *= 10
	}
	exactly := func(n int) workload.LogNormal { return workload.LogNormal{Median: n, Min: n, Max: n} }
	shape := workload.Sentinel()
	shape.Context, shape.SharedPrefix = exactly(tokens), tokens/3
	shape.Input, shape.Output = exactly(growth-t.output), exactly(t.output)
	shape.HumanShare, shape.RecallShare, shape.Compaction.Share = 0, 0, 0
	shape.Limit = 2 * tokens
	return shape
}

// mend changes the endpoint so that a refused request may be taken; false where nobody knows how.
func (s *Survey) mend(r prober.Result) (bool, error) {
	if len(s.found.Mends)+len(s.found.Refused) >= mostRefused || r.Err == nil {
		return false, nil
	}
	said := r.Err.Error()
	cure, _ := preset.CureOf(said)
	if e, changed := cure.Apply(s.target.Endpoint); changed && r.Outcome != chat.Denied {
		return true, s.mended(Mend{said, cure.Text}, e)
	}
	if notServed(r) {
		return s.otherDialect()
	}
	return false, nil
}

// notServed reports whether there is nothing at the path of the dialect.
func notServed(r prober.Result) bool {
	return r.Cause == chat.CauseNotFound || r.Status == http.StatusMethodNotAllowed
}

// mended goes on with the mended endpoint.
func (s *Survey) mended(m Mend, e chat.Endpoint) error {
	s.found.Mends = append(s.found.Mends, m)
	s.say("refused: %s; mended: %s", m.Said, m.Cure)
	return s.connect(e)
}

// otherDialect goes on in the next dialect; false where there is none, or where somebody chose this one.
func (s *Survey) otherDialect() (bool, error) {
	refused := s.target.API
	s.found.Refused = append(s.found.Refused, refused)
	next := slices.IndexFunc(apis(), func(a chat.API) bool { return !slices.Contains(s.found.Refused, a) })
	if s.api != "" || next < 0 {
		return false, nil
	}
	s.say("%s is not served; trying %s", refused, apis()[next])
	e := s.target.Endpoint
	e.API = apis()[next]
	return true, s.connect(e)
}

// refusal is the error of an endpoint that answers none of what it must.
func (s *Survey) refusal(r prober.Result) error {
	switch {
	case r.Outcome == chat.Denied && r.Cause != chat.CausePayment:
		return s.keyProblem(r.Status, said(r))
	case len(s.found.Refused) > 0 && notServed(r):
		return fmt.Errorf("%s serves none of %v below %s: is that the right path?",
			s.base().Host, s.found.Refused, s.base().Path)
	}
	text := fmt.Sprintf("%s does not answer a small request: %s (%s: %s)", s.base().Host, said(r), r.Outcome,
		r.Cause.Meaning())
	if cure := r.Remedy(); cure != "" {
		text += "; " + cure
	}
	if r.Cause == chat.CauseUnknownModel && len(s.found.Models) > 0 {
		text += "; its list of models has\n" + s.found.names()
	}
	return errors.New(text)
}

func said(r prober.Result) string {
	if r.Err == nil {
		return ""
	}
	return r.Err.Error()
}

// summary is an answer in a few words.
func summary(r prober.Result) string {
	if r.Err != nil {
		return fmt.Sprintf("%s, %s", r.Outcome, r.Err)
	}
	text := string(r.Outcome)
	if n, ok := r.Usage.Input.Value(); ok {
		text += fmt.Sprintf(", %d tokens in", n)
	}
	if n, ok := r.Usage.Output.Value(); ok {
		text += fmt.Sprintf(", %d out", n)
	}
	if d, ok := r.TTFT(); ok {
		text += fmt.Sprintf(", first token after %.3g s", d.Seconds())
	}
	if tps, ok := r.TPS(); ok {
		text += fmt.Sprintf(", %.3g tokens a second", tps)
	}
	return text
}
