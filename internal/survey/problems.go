package survey

import (
	"fmt"
	"slices"
	"strings"

	"github.com/firsttoken/firsttoken/prober/preset"
)

// Report is what an examination says of a target as it is configured. Each entry is a line fit to print.
type Report struct {
	Refused []string // requests that the server will not take, with the keys that mend it
	Notes   []string // what bends numbers, or is not as it is written
}

// Report compares what was found with what is written. It is for a survey by Examine, whose Trials have ended.
func (s *Survey) Report() Report {
	var r Report
	for _, m := range s.found.Mends {
		r.Refused = append(r.Refused, m.Said+": "+m.Cure)
	}
	if refused := s.windowProblem(); refused != "" {
		r.Refused = append(r.Refused, refused)
	}
	for _, note := range []string{
		s.modelNote(), s.engineNote(), s.metricsNote(), s.heldNote(), s.usageNote(), s.thinkingNote(),
	} {
		if note != "" {
			r.Notes = append(r.Notes, note)
		}
	}
	return r
}

// windowProblem is for a workload whose prompts do not fit.
func (s *Survey) windowProblem() string {
	w, found := s.written.Workload, s.found.Window
	longest := w.Window
	if longest == 0 {
		longest = w.Limit + w.Output.Max
	}
	switch {
	case s.found.TooLong != "":
		return fmt.Sprintf("a prompt of %d tokens: %s: set `workload: {window: …}` to the tokens that the server takes",
			s.longest(), s.found.TooLong)
	case found.Tokens == 0 || longest <= found.Tokens || found.AtLeast && s.longest() <= found.Tokens:
		return ""
	}
	return fmt.Sprintf("prompts and answers of up to %d tokens, for a window of %d (%s): set `workload: {window: %d}`",
		longest, found.Tokens, found.Source, found.Tokens)
}

func (s *Survey) modelNote() string {
	switch {
	case s.found.Answered != "":
		return fmt.Sprintf("%q answers for %q: set `model`, or `answers_as: [%s]`", s.found.Answered, s.written.Model,
			text(s.found.Answered))
	case len(s.found.Models) > 0 && !s.found.Listed && len(s.found.Samples) > 0:
		return fmt.Sprintf("%q is not in its list of models, which has\n%s", s.written.Model, s.found.names())
	}
	return ""
}

func (s *Survey) engineNote() string {
	p, known := preset.Named(s.written.Engine)
	if s.kind.engine == "" || known && p.Engine == s.kind.engine {
		return ""
	}
	if s.written.Engine == "" {
		return fmt.Sprintf("by %s it is of `engine: %s`, which would set what that needs", s.found.Evidence, s.kind.engine)
	}
	return fmt.Sprintf("by %s it is of `engine: %s`, not %s", s.found.Evidence, s.kind.engine, s.written.Engine)
}

// metricsNote is for a page that the target names on the endpoint's own host, and that is not there.
func (s *Survey) metricsNote() string {
	own := s.base().Scheme + "://" + s.base().Host + "/"
	missing := slices.ContainsFunc(s.written.EngineMetrics, func(u string) bool { return strings.HasPrefix(u, own) })
	p, _ := preset.Named(s.kind.engine)
	if !missing || s.found.Metrics != "" || p.MetricsPath == "" {
		return ""
	}
	return "no metrics of the engine are at the page that `engine_metrics` names"
}

func (s *Survey) heldNote() string {
	if !s.found.Held {
		return ""
	}
	return "all answers came in one piece: something between here and the engine holds them back, so there is no rate " +
		"(nginx: `proxy_buffering off`)"
}

func (s *Survey) usageNote() string {
	if s.found.Usage || len(s.found.Samples) == 0 {
		return ""
	}
	return "it tells no usage: sizes, cost and rates are estimates"
}

func (s *Survey) thinkingNote() string {
	if !s.found.Thinks {
		return ""
	}
	return "a short answer had no token: all of it went into hidden reasoning (docs/engines: how to switch it off)"
}
