package workload

import (
	"cmp"
	"math"
)

// What stays free of a window, because the size of a prompt is an estimate: a share of the window, and some tokens for
// what a chat template makes of the tools. The share is larger until the server has counted a full prompt: by the trial
// alone, whose text is shorter and has no tools, the estimate is right within 15 %.
const (
	spareTokens  = 256
	spareAtFirst = 0.15
	spareLater   = 0.04
)

// The smallest sizes, in tokens, into which all of an agent's prompt still fits.
const (
	leastWindow = 3072
	leastLimit  = shortestPrefix + 2*shortestText
)

// Answers and inputs are at most a part of the window: one in so many.
const (
	longestPart      = 8   // the longest answer, and the longest input
	medianAnswerPart = 32  // the median answer
	medianInputPart  = 128 // the median input
	answerByHandPart = 2   // an answer that is set by hand
)

// Largest is the largest prompt, once the server has counted a full one: the limit, or less where the model's window
// demands it.
func (s *Shape) Largest() int { return s.within(spareLater) }

// largestAtFirst is the largest prompt until then.
func (s *Shape) largestAtFirst() int { return s.within(spareAtFirst) }

// within is the largest prompt that leaves room for its answer and that share of the window.
func (s *Shape) within(spare float64) int {
	if s.Window == 0 {
		return s.Limit
	}
	return min(s.Limit, s.usable(spare)-s.longestAnswer())
}

// usable is what a prompt and its answer may have of the window.
func (s *Shape) usable(spare float64) int {
	return int(float64(s.Window)*(1-spare)) - spareTokens
}

// largest is the largest prompt of the session, as far as the target's tokenizer is known.
func (s *Session) largest() int {
	if s.cal.settled() {
		return s.shape.Largest()
	}
	return s.shape.largestAtFirst()
}

// Fit is the shape for a model's window: where its limit does not fit, all sizes are scaled down together. A larger
// window changes nothing, because longer prompts cost more and are fewer. by has the window and whatever else is set by
// hand, and 0 elsewhere. What is set stays to be set by the caller: Fit makes room for it where it can, and Validate
// says where it cannot.
//
//	context     0    ├ prefix ┼───── context ─────┼──────────────── limit        of the profile
//	scaled      0  ├ prefix ┼─ context ─┼──── limit ├ answer ┼ spare ┤window
func (s Shape) Fit(by Shape) Shape {
	s.Window = by.Window
	if s.Window < leastWindow {
		return s
	}
	s.Output = s.Output.upTo(s.Window/medianAnswerPart, s.Window/longestPart).around(by.Output)
	s.Input = s.Input.upTo(s.Window/medianInputPart, s.Window/longestPart).around(by.Input)
	answer := s.answerIn(cmp.Or(by.Output.Max, s.Output.Max))
	limit := s.usable(spareLater) - max(answer, minRecallTokens)
	if by.Limit > 0 && by.Limit <= s.Window {
		limit = min(limit, by.Limit)
	}
	limit = max(limit, leastLimit)
	prefix := by.SharedPrefix
	if prefix == 0 {
		prefix = s.SharedPrefix * min(limit, s.Limit) / s.Limit
	}
	if prefix = prefixIn(prefix, limit); limit < s.Limit {
		s.scaleTo(limit, prefix)
	}
	if by.Limit == 0 {
		limit = s.Limit
	}
	s.Context = s.Context.clamped(prefix+shortestText, limit-1).around(by.Context)
	s.Compaction.Summary = s.Compaction.Summary.clamped(shortestText, limit-prefix-1).around(by.Compaction.Summary)
	return s
}

// scaleTo moves limit and shared prefix, and everything between them in proportion.
func (s *Shape) scaleTo(limit, prefix int) {
	scale, from := float64(limit-prefix)/float64(s.Limit-s.SharedPrefix), s.SharedPrefix
	s.Context = s.Context.each(func(n int) int { return prefix + int(math.Round(scale*float64(n-from))) })
	s.Compaction.Summary = s.Compaction.Summary.each(func(n int) int { return int(math.Round(scale * float64(n))) })
	s.Limit, s.SharedPrefix = limit, prefix
}

// clamped moves values that are outside a range to its ends.
func (l LogNormal) clamped(least, most int) LogNormal {
	return l.each(func(n int) int { return min(max(n, least), most) })
}

func (l LogNormal) each(change func(int) int) LogNormal {
	l.Min, l.Median, l.Max = change(l.Min), change(l.Median), change(l.Max)
	return l
}

// upTo keeps the distribution below a median and a maximum.
func (l LogNormal) upTo(median, most int) LogNormal {
	l.Median, l.Max = min(l.Median, max(median, l.Min)), min(l.Max, most)
	return l
}

// around makes room for the values of another distribution that are not 0.
func (l LogNormal) around(by LogNormal) LogNormal {
	if by.Min > 0 {
		l.Median, l.Max = max(l.Median, by.Min), max(l.Max, by.Min)
	}
	if by.Max > 0 {
		l.Median, l.Min = min(l.Median, by.Max), min(l.Min, by.Max)
	}
	if by.Median > 0 {
		l.Min, l.Max = min(l.Min, by.Median), max(l.Max, by.Median)
	}
	return l
}
