package workload

import (
	"math"
	"time"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

const (
	shortestInput  = 32   // an instruction and its framing
	shortestPrefix = 1000 // instructions and tool definitions
	shortestText   = 2000 // what a session's own phrases need, with room
	widestSigma    = 4.0  // e^4 is a factor of 55 at one standard deviation: more is a typing error
)

// Validate returns every problem, with its path as it is written in the file: "output.max".
func (s Shape) Validate() invalid.Errors {
	var e invalid.Errors
	e.Under("context", s.Context.validate(s.SharedPrefix+shortestText))
	e.Under("input", s.Input.validate(shortestInput))
	e.Under("output", s.Output.validate(1))
	e.Under("compaction.summary", s.Compaction.Summary.validate(shortestText))
	e.Under("tool_pause", s.ToolPause.validate())
	e.Under("human_pause", s.HumanPause.validate())
	s.validateShares(&e)
	s.validateSizes(&e)
	s.validateCache(&e)
	return e
}

func (s Shape) validateShares(e *invalid.Errors) {
	share(e, "human_share", s.HumanShare)
	share(e, "idle_share", s.IdleShare)
	share(e, "recall_share", s.RecallShare)
	share(e, "compaction.share", s.Compaction.Share)
	person := s.HumanShare + s.IdleShare
	if person > 1 {
		e.Add("idle_share", "human_share and idle_share are %g together, more than all turns", person)
	}
	if s.RecallShare > person {
		e.Add("recall_share", "%g is more than human_share and idle_share together (%g): "+
			"a recall question is a person's message", s.RecallShare, person)
	}
}

// validateSizes checks that a session has room to begin.
func (s Shape) validateSizes(e *invalid.Errors) {
	if s.SharedPrefix < shortestPrefix {
		e.Add("shared_prefix", "%d tokens are too few for instructions and tools, which need %d",
			s.SharedPrefix, shortestPrefix)
	}
	if s.Window < 0 {
		e.Add("window", "%d is negative", s.Window)
		return
	}
	most, why := s.largest(), "limit"
	if most != s.Limit {
		why = "largest prompt that window leaves (96 % of it, less output.max)"
	}
	if s.Context.Max >= most {
		e.Add("context.max", "%d leaves no room below the %s, %d", s.Context.Max, why, most)
	}
	if c := s.SharedPrefix + s.Compaction.Summary.Max; s.Compaction.Share > 0 && c >= most {
		e.Add("compaction.summary.max", "%d and the shared prefix leave no room below the %s, %d",
			s.Compaction.Summary.Max, why, most)
	}
	if !(s.TokensPerWord >= 0.25 && s.TokensPerWord <= 8) {
		e.Add("tokens_per_word", "%g is not between 0.25 and 8", s.TokensPerWord)
	}
}

func (s Shape) validateCache(e *invalid.Errors) {
	if s.Salt != AfterPrefix && s.Salt != Front {
		e.Add("salt", "%q is neither %s nor %s", s.Salt, AfterPrefix, Front)
	}
	if s.CacheTTL <= 0 {
		e.Add("cache_ttl", "has to be longer than 0s")
	}
	if s.CacheBlock < 1 {
		e.Add("cache_block", "%d is not at least 1", s.CacheBlock)
	}
	if s.IdlePause < 0 || s.IdleShare > 0 && s.IdlePause <= s.CacheTTL {
		e.Add("idle_pause", "%s is not longer than cache_ttl (%s), so that nothing would be resumed cold",
			s.IdlePause, s.CacheTTL)
	}
}

func (l LogNormal) validate(least int) invalid.Errors {
	var e invalid.Errors
	if l.Min < least {
		e.Add("min", "%d is below %d, the least that makes sense here", l.Min, least)
	}
	if l.Max > corpusWords {
		e.Add("max", "%d is above %d, the longest message there is", l.Max, corpusWords)
	}
	order(&e, l.Min <= l.Median, l.Median <= l.Max)
	sigma(&e, l.Sigma)
	return e
}

func (p Pauses) validate() invalid.Errors {
	var e invalid.Errors
	if p.Min < 0 {
		e.Add("min", "%s is negative", p.Min)
	}
	if time.Duration(p.Max) > 24*time.Hour {
		e.Add("max", "%s is longer than a day", p.Max)
	}
	order(&e, p.Min <= p.Median, p.Median <= p.Max)
	sigma(&e, p.Sigma)
	return e
}

func order(e *invalid.Errors, minFits, maxFits bool) {
	if !minFits {
		e.Add("min", "is above the median")
	}
	if !maxFits {
		e.Add("max", "is below the median")
	}
}

func sigma(e *invalid.Errors, v float64) {
	if !(v >= 0 && v <= widestSigma) {
		e.Add("sigma", "%g is not between 0 and %g", v, widestSigma)
	}
}

func share(e *invalid.Errors, path string, v float64) {
	if math.IsNaN(v) || v < 0 || v > 1 {
		e.Add(path, "%g is not a share between 0 and 1", v)
	}
}
