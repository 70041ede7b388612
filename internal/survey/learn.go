package survey

import (
	"context"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// size is a prompt in words and in the server's tokens.
type size struct {
	words  int
	tokens int64
}

// learnFirst takes what the first answer tells: a name, and whether tokens are counted.
func (s *Survey) learnFirst(ctx context.Context, _ trial, a answer) error {
	s.sample(a.Result)
	_, s.found.Usage = a.Usage.Input.Value()
	s.found.Thinks = a.Outcome == chat.Empty
	if model := a.Identity.Model; !s.target.AskedFor(model) && legalModel(model) {
		s.found.Answered = model
	}
	s.found.first = sizeOf(a.Result)
	s.askWindow(ctx)
	return nil
}

func sizeOf(r prober.Result) size {
	n, _ := r.Usage.Input.Value()
	return size{r.Turn.Words, n}
}

// learnLength takes what two prompts of different sizes make of the tokens per word, and whether an answer has the
// length that was asked for. Where it is shorter and the server is somebody's own, ignore_eos is tried.
func (s *Survey) learnLength(ctx context.Context, t trial, a answer) error {
	s.sample(a.Result)
	s.learnWords(sizeOf(a.Result))
	s.found.Exact = exact(a.Result, t)
	if s.found.Exact || !s.mayPin() {
		return nil
	}
	before := s.target.Endpoint
	if err := s.connect(extra(before, map[string]any{"ignore_eos": true})); err != nil {
		return err
	}
	again, err := s.send(ctx, s.session(t))
	if err != nil {
		return err
	}
	s.found.Exact = exact(again, t)
	if !s.found.Exact {
		return s.connect(before)
	}
	s.sample(again)
	s.say("%s, with ignore_eos: %s", t.name, summary(again))
	return nil
}

// exact reports whether an answer has the length that was asked for.
func exact(r prober.Result, t trial) bool {
	n, ok := r.Usage.Output.Value()
	return ok && r.Outcome == chat.OK && n == int64(t.output)
}

// mayPin reports whether ignore_eos may be tried: it is a field of engines that people run themselves.
func (s *Survey) mayPin() bool {
	_, set := s.target.ExtraBody["ignore_eos"]
	openAI := s.target.API == chat.OpenAIChat || s.target.API == chat.OpenAICompletions
	return s.explores() && openAI && !set && !s.kind.vendor() && s.kind.engine != "ollama" && s.found.Usage
}

// learnWords takes the slope between two prompts: chat templates add tokens of their own to each.
func (s *Survey) learnWords(second size) {
	first := s.found.first
	words, tokens := float64(second.words-first.words), float64(second.tokens-first.tokens)
	if words <= 0 || first.tokens <= 0 || second.tokens <= 0 {
		return
	}
	if perWord := tokens / words; perWord >= workload.LeastTokensPerWord && perWord <= workload.MostTokensPerWord {
		s.found.PerWord = perWord
		s.cal = workload.NewCalibration(perWord)
	}
}

// learnTools goes on with a second turn, in which the call of a tool and its result stand in the history. A server that
// refuses tools in other words than those that are known is asked again without.
func (s *Survey) learnTools(ctx context.Context, t trial, a answer) error {
	if a.Outcome == chat.Rejected && s.target.Tools {
		return s.learnWithoutTools(ctx, t, a)
	}
	if !accepted(a.Result) {
		return s.refusal(a.Result)
	}
	s.sample(a.Result)
	s.found.Tools = s.target.Tools && s.target.API != chat.OpenAICompletions // which has none
	if n := len(s.found.Mends); !s.target.Tools && n > 0 {
		s.found.NoTools = s.found.Mends[n-1].Said
	}
	return s.learnHistory(ctx, a.session)
}

func (s *Survey) learnHistory(ctx context.Context, session *workload.Session) error {
	r, err := s.send(ctx, session)
	if err != nil {
		return err
	}
	s.say("its second turn: %s", summary(r))
	if !accepted(r) {
		return s.refusal(r)
	}
	s.sample(r)
	cached, told := r.Usage.Cached.Value()
	s.found.Cached = told && cached > 0
	return nil
}

func (s *Survey) learnWithoutTools(ctx context.Context, t trial, refused answer) error {
	e := s.target.Endpoint
	e.Tools = false
	if err := s.mended(Mend{said(refused.Result), "set `tools: false`"}, e); err != nil {
		return err
	}
	a, err := s.ask(ctx, t)
	if err != nil {
		return err
	}
	if !accepted(a.Result) {
		return s.refusal(refused.Result)
	}
	return s.learnTools(ctx, t, a)
}

// sample keeps what an answer showed of the server's speed, and whether it was held back.
func (s *Survey) sample(r prober.Result) {
	if r.Outcome != chat.OK {
		return
	}
	n, _ := r.InputTokens()
	one := Sample{Tokens: n, Warm: r.Turn.Number > 0}
	one.TTFT, _ = r.TTFT()
	if tps, ok := r.TPS(); ok {
		one.TPS = tps
	} else if tps, ok := r.EstimatedTPS(); ok {
		one.TPS, one.Estimated = tps, true
	}
	s.found.Samples = append(s.found.Samples, one)
	switch {
	case r.NotStreamed():
		s.found.held++
	case one.TPS > 0:
		s.found.streamed++
	}
	s.found.Held = s.found.held > 1 && s.found.streamed == 0
}
