package simulator

import (
	"math/rand/v2"
	"time"
)

// sequence is one request inside the machine. Its instants are virtual: durations since the
// machine's start.
type sequence struct {
	prompt *Prompt
	tokens int // of the prompt
	output int // tokens to generate
	fate   fate
	random rand.PCG
	told   func(progress)

	submitted time.Duration
	ready     time.Duration // the frontend is done
	latest    time.Duration // of its last token

	held      []int32 // known blocks, in prompt order
	reserved  int     // blocks promised and not yet known: the rest of the prompt, the output
	cached    int     // tokens that the prefix cache had
	computed  int     // prompt tokens whose keys and values are there
	generated int

	chunk    int  // prompt tokens in the current step
	decoding bool // in the current step
	stalled  time.Duration
	phase    phase
}

type phase uint8

const (
	arriving phase = iota // in the frontend
	waiting               // for admission
	running
	gone
)

// progress is what a sequence tells its owner: its admission (no tokens), then tokens, the last
// with done. A sequence that breaks off says why.
type progress struct {
	at     time.Duration
	tokens int
	cached int
	done   bool
	err    error
}

// prefilled reports whether the whole prompt is computed.
func (s *sequence) prefilled() bool { return s.computed == s.tokens }

// blocksNeeded is what the sequence must be able to hold beyond the cached prefix of known blocks.
func (s *sequence) blocksNeeded(known, blockTokens int) int {
	all := (s.tokens + s.output + blockTokens - 1) / blockTokens
	return max(all-known, 0)
}

// draft is how many tokens one decode step yields: one, and every accepted draft before the first
// that is not.
func (s *sequence) draft(by Speculation) int {
	n := 1
	for i := 0; i < by.DraftTokens && rand.New(&s.random).Float64() < by.Acceptance; i++ {
		n++
	}
	return min(n, s.output-s.generated)
}
