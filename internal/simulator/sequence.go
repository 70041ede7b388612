package simulator

import (
	"math/rand/v2"
	"time"
)

// sequence is one request inside the machine. Its instants are virtual: durations since the machine's start.
type sequence struct {
	prompt  *Prompt
	tokens  int // of the prompt
	output  int // tokens to generate
	effects requestEffects
	random  rand.PCG
	notify  func(progress)

	submitted time.Duration
	ready     time.Duration // the frontend has finished
	latest    time.Duration // of its last token

	held      []int32 // known blocks, in prompt order
	reserved  int     // blocks reserved and not yet known: the rest of the prompt, the output
	cached    int     // tokens found in the prefix cache
	computed  int     // prompt tokens whose keys and values are in memory
	generated int

	chunk    int  // prompt tokens in the current step
	decoding bool // in the current step
	stalled  time.Duration
	stage    stage
}

// stage is where a sequence is on its way through the machine.
type stage uint8

const (
	arriving stage = iota // in the frontend
	waiting               // for admission
	running
	gone
)

// progress is what a sequence reports to its owner: first its admission, without tokens, then tokens, the last
// with done. A broken sequence reports why in err.
type progress struct {
	at     time.Duration
	tokens int
	cached int
	done   bool
	err    error
}

// prefilled reports whether the whole prompt is computed.
func (s *sequence) prefilled() bool { return s.computed == s.tokens }

// blocksNeeded is the number of blocks that the sequence needs beyond its known prefix.
func (s *sequence) blocksNeeded(known, blockTokens int) int {
	all := (s.tokens + s.output + blockTokens - 1) / blockTokens
	return max(all-known, 0)
}

// draft is how many tokens one decode step gives: one, and the drafts accepted before the first rejection.
func (s *sequence) draft(by Speculation) int {
	n := 1
	for i := 0; i < by.DraftTokens && rand.New(&s.random).Float64() < by.Acceptance; i++ {
		n++
	}
	return min(n, s.output-s.generated)
}
