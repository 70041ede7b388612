package workload

import "sync"

const (
	weight          = 0.1  // least weight of a new observation
	bound           = 0.2  // an observation further away than this share of the estimate counts as that far
	memory          = 0.98 // of the regression at each observation: about the last fifty count
	mostChange      = 4.0  // tokens per word stay within this factor of what is configured, whatever a server reports
	initialOverhead = 4.0  // tokens that frame a message in the common chat templates
	maxOverhead     = 40.0

	// Strength of the prior initialOverhead: how much x = messages/words has to vary, squared and summed,
	// before the data outweighs it. Text varies by 0.3 % in tokens per word (σ), and
	// overheads are 4 ± 4 (τ): σ²/τ² = (0.003/4)².
	prior = 5.6e-7
)

// Calibration converts words to tokens of one target's tokenizer, and learns from the usage that the
// target reports. It is safe for concurrent use.
//
//	tokens           =  perWord·words + overhead·messages
//	tokens / words   =  perWord + overhead·x        with x = messages / words
//
// The second equation is a straight line. Its slope is the overhead, by least squares with fading
// weights. perWord is a moving average of what remains after the overhead.
type Calibration struct {
	mu       sync.Mutex
	guess    float64 // tokens per word, as configured
	perWord  float64
	overhead float64
	observed int     // sizes that were within bounds, the first included
	seen     float64 // words of all observations within bounds
	line     regression
}

// NewCalibration starts from a guess, usually Shape.TokensPerWord.
func NewCalibration(tokensPerWord float64) *Calibration {
	if !(tokensPerWord > 0) {
		tokensPerWord = 1
	}
	return &Calibration{guess: tokensPerWord, perWord: tokensPerWord, overhead: initialOverhead}
}

// TokensPerWord is the present estimate. bounded says that it stands at a bound: the server reports a size that no
// tokenizer gives to these words, or the configured tokens per word are far off.
func (c *Calibration) TokensPerWord() (estimate float64, bounded bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.perWord, c.perWord <= c.guess/mostChange || c.perWord >= c.guess*mostChange
}

// set moves the estimate, within its bounds: a server that reports too little must not make prompts grow without end.
func (c *Calibration) set(perWord float64) {
	c.perWord = min(max(perWord, c.guess/mostChange), c.guess*mostChange)
}

// enough observations are those of a trial and of a full prompt.
const enough = 2

// settled reports whether a full prompt has been counted.
func (c *Calibration) settled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.observed >= enough
}

// Tokens is the expected size of a prompt.
func (c *Calibration) Tokens(words, messages int) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int64(c.perWord*float64(words) + c.overhead*float64(messages) + 0.5)
}

// Prior is the expected size of a prompt before anything is learnt: no server can change it.
func (s *Shape) Prior(words, messages int) int64 {
	return NewCalibration(s.TokensPerWord).Tokens(words, messages)
}

// message is how many words a message of that many tokens has, after its overhead.
func (c *Calibration) message(tokens int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(max(0, (float64(tokens)-c.overhead)/c.perWord))
}

// Learn takes in the size of a prompt (Turn.Words, Turn.Messages) as the server counted it
// (Usage.Input). Give it complete answers (outcome ok) only.
//
// The first observation, that of the trial, is taken whole: the first full prompt must not overrun the window. After
// it, an observation's weight is its share of all words so far, and weight at least. So the first full
// prompt all but replaces what the trial taught. A later observation that is further away than bound moves the
// estimate by bound at most and is not counted as seen.
func (c *Calibration) Learn(words, messages int, promptTokens int64) {
	if words <= 0 || promptTokens <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	w, m := float64(words), float64(messages)
	ratio := (float64(promptTokens) - c.overhead*m) / w
	step := ratio - c.perWord
	share := max(weight, w/(c.seen+w))
	if limit := bound * c.perWord; c.observed > 0 && (step > limit || step < -limit) {
		c.set(c.perWord + share*max(-limit, min(limit, step)))
		return
	}
	c.observed++
	c.seen += w
	c.set(c.perWord + share*step)
	c.line.add(m/w, float64(promptTokens)/w)
	slope := c.line.slope(initialOverhead, prior)
	c.overhead = max(0, min(maxOverhead, slope))
}

// LearnOverflow takes in a prompt that did not fit into a window of so many tokens, though it was expected to: it has
// at least as many tokens as the window.
func (c *Calibration) LearnOverflow(words, messages, window int) {
	if words <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if least := (float64(window) - c.overhead*float64(messages)) / float64(words); least > c.perWord {
		c.set(least)
	}
}

// regression is a straight line by least squares, each observation fading by memory.
type regression struct{ n, x, y, xx, xy float64 }

func (r *regression) add(x, y float64) {
	r.n = memory*r.n + 1
	dx, dy := x-r.x, y-r.y
	r.x += dx / r.n
	r.y += dy / r.n
	r.xx = memory*r.xx + dx*(x-r.x)
	r.xy = memory*r.xy + dx*(y-r.y)
}

// slope is pulled towards a guess by a prior of the given strength (ridge regression).
func (r *regression) slope(guess, strength float64) float64 {
	return (r.xy + strength*guess) / (r.xx + strength)
}
