package workload

import (
	"math"
	"time"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

const (
	shortestInput  = 32   // an instruction and its framing
	shortestPrefix = 1000 // instructions and tool definitions
	shortestText   = 300  // what a session's own phrases need, with room
	widestSigma    = 4.0  // e^4 is a factor of 55 at one standard deviation: more is a typing error
)

// The bounds of Shape.TokensPerWord: beyond them the server does not count tokens, or not of these words.
const (
	LeastTokensPerWord = 0.25
	MostTokensPerWord  = 8.0
)

// Validate returns every problem, with its path as it is written in the file: "output.max".
func (s Shape) Validate() invalid.Errors {
	var e invalid.Errors
	e.Under("input", s.Input.validate(shortestInput))
	e.Under("output", s.Output.validate(1))
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

// validateSizes checks that a session has room to begin. Each size is judged as if those before it had been corrected
// as their messages say: a file that follows all messages is right.
func (s Shape) validateSizes(e *invalid.Errors) {
	most, of, ok := s.validateWindow(e)
	if ok {
		s.validateRoom(e, most, of)
	}
	e.Under("compaction.summary", s.Compaction.Summary.validate(shortestText))
	if !(s.TokensPerWord >= LeastTokensPerWord && s.TokensPerWord <= MostTokensPerWord) {
		e.Add("tokens_per_word", "%g is not between %g and %g", s.TokensPerWord, LeastTokensPerWord, MostTokensPerWord)
	}
}

// validateWindow returns the largest prompt, and the name of what bounds it. It is false if nothing fits.
func (s Shape) validateWindow(e *invalid.Errors) (most int, of string, ok bool) {
	switch {
	case s.Window < 0:
		e.Add("window", "%d is negative", s.Window)
		return 0, "", false
	case s.Window > 0 && s.Window < leastWindow:
		e.Add("window", "%d is too small for a coding agent's instructions, tools and conversation: at least %d",
			s.Window, leastWindow)
		return 0, "", false
	case s.Window > 0:
		answer := s.answerIn(s.Output.Max)
		for _, v := range s.Output.values() {
			if s.answerIn(v.tokens) != v.tokens {
				e.Add("output."+v.key, "%d leaves no room for a prompt in the window of %d: take %d",
					v.tokens, s.Window, answer)
			}
		}
		s.Output.Max = answer
		if room := s.withoutLimit(); s.Limit > s.Window {
			e.Add("limit", "%d is above the window of %d: take %d, which leaves room for an answer",
				s.Limit, s.Window, room)
			s.Limit = room
		}
	}
	if s.Limit < leastLimit {
		e.Add("limit", "%d is too small for instructions, tools and a conversation: at least %d", s.Limit, leastLimit)
		s.Limit = leastLimit
	}
	if most = s.Largest(); most < s.Limit {
		return most, "largest prompt that window and output.max leave", true
	}
	return most, "limit", true
}

// answerIn is the length of an answer, or the usual one of the window if it leaves no room for a prompt.
func (s Shape) answerIn(tokens int) int {
	if tokens > min(s.Window/answerByHandPart, s.usable(spareLater)-leastLimit) {
		return s.Window / longestPart
	}
	return tokens
}

// prefixIn is the shared prefix, or the shortest if it is too short, or half of the largest prompt if it leaves no room
// for a conversation.
func prefixIn(tokens, largest int) int {
	if tokens > largest-2*shortestText {
		return max(shortestPrefix, largest/2)
	}
	return max(shortestPrefix, tokens)
}

// withoutLimit is the largest prompt that the window allows.
func (s Shape) withoutLimit() int {
	s.Limit = s.Window
	return s.Largest()
}

// validateRoom checks the sizes that must fit into the largest prompt.
func (s Shape) validateRoom(e *invalid.Errors, most int, of string) {
	prefix := s.SharedPrefix
	if prefix < shortestPrefix {
		e.Add("shared_prefix", "%d tokens are too few for instructions and tools: at least %d", prefix, shortestPrefix)
	}
	fits := prefixIn(prefix, most)
	if fits < prefix {
		e.Add("shared_prefix", "%d leaves no room for a conversation below the %s, %d: take %d", prefix, of, most, fits)
	}
	e.Under("context", s.Context.below(most, of))
	e.Under("context", s.Context.validate(fits+shortestText))
	if s.Compaction.Share > 0 {
		e.Under("compaction.summary", s.Compaction.Summary.below(most-fits, of+" less the shared prefix"))
	}
}

// below checks that all values are below a number.
func (l LogNormal) below(most int, what string) invalid.Errors {
	var e invalid.Errors
	for _, v := range l.values() {
		if v.tokens >= most {
			e.Add(v.key, "%d leaves no room below the %s, %d: at most %d", v.tokens, what, most, most-1)
		}
	}
	return e
}

// value is one of a distribution's counts, by its key.
type value struct {
	key    string
	tokens int
}

func (l LogNormal) values() []value {
	return []value{{"min", l.Min}, {"median", l.Median}, {"max", l.Max}}
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
	for _, v := range l.values() {
		if v.tokens < least && v.tokens >= l.Min { // one below min is out of order, see below
			e.Add(v.key, "%d is below what makes sense here: at least %d", v.tokens, least)
		}
	}
	if l.Max > corpusWords {
		e.Add("max", "%d is above the longest message there is: at most %d", l.Max, corpusWords)
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
