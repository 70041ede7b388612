package survey

import (
	"context"
	"net/http"

	"github.com/firsttoken/firsttoken/prober/preset"
)

// askWindow asks the server's own page for the window, where the list of models does not tell it. It is called before
// the trials, and again after the first answer: Ollama tells the window of a model only once it is loaded.
func (s *Survey) askWindow(ctx context.Context) {
	if s.found.Window.Tokens > 0 || s.kind.windows == "" {
		return
	}
	page := s.get(ctx, s.root()+s.kind.windows)
	if page.Status != http.StatusOK {
		return
	}
	if n, ok := numberAt(page.Body, s.kind.windowPath, s.target.Model); ok {
		field := s.kind.windowPath[len(s.kind.windowPath)-1]
		s.found.Window = Window{Tokens: n, Source: "GET " + s.kind.windows + ", " + field}
	}
}

// asksWindow reports whether the window is to be found by a long prompt: no page of such a server tells it.
func (s *Survey) asksWindow() bool {
	return s.found.Window.Tokens == 0 && s.kind.least == 0 && !s.kind.cuts
}

// longest is the size of the long prompt: that of the target's own workload where there is one, and never more than
// the default's.
func (s *Survey) longest() int {
	if s.explores() {
		return fullPrompt()
	}
	w := s.written.Workload
	n := w.Limit
	if w.Window > 0 {
		n = min(n, w.Window-w.Output.Max)
	}
	return min(n, fullPrompt())
}

// findWindow sends one prompt as long as any of the workload, where nothing tells the window. A server that refuses it
// says how much it takes, and computes nothing.
func (s *Survey) findWindow(ctx context.Context) error {
	if s.kind.least > 0 && s.found.Window.Tokens == 0 {
		s.found.Window = Window{s.kind.least, true, "no model of this vendor has less"}
	}
	if !s.asksWindow() {
		return nil
	}
	t := trial{name: "a long prompt", tokens: s.longest(), output: shortAnswer}
	s.target.FirstTokenTimeout = s.target.Timeout
	r, err := s.send(ctx, s.session(t))
	if err != nil {
		return err
	}
	s.say("%s: %s", t.name, summary(r))
	reported, _ := r.Usage.Input.Value()
	told, ok := preset.WindowIn(said(r))
	switch {
	case accepted(r) && reported > 0 && reported < int64(t.tokens)*8/10:
		s.found.Window = Window{int(reported), false, "a longer prompt was cut to that, silently"}
	case accepted(r):
		s.sample(r)
		s.found.Window = Window{int(max(reported, int64(t.tokens))), true, "a prompt of that size was taken"}
	case ok:
		s.found.Window = Window{told, false, "its answer to a prompt that was too long"}
	default:
		s.found.TooLong = said(r)
	}
	return nil
}
