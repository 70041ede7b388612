package workload

// Calibration is what one target's tokenizer makes of our words, learnt from the usage it reports.
// It is safe for concurrent use.
type Calibration struct{}

// NewCalibration starts from a guess, usually Shape.TokensPerWord.
func NewCalibration(tokensPerWord float64) *Calibration { return &Calibration{} }

// Tokens is the expected size of a prompt.
func (c *Calibration) Tokens(words, messages int) int64 { return 0 }

// Words is how many words make that many tokens.
func (c *Calibration) Words(tokens int) int { return 0 }

// Learn takes in the size of a prompt as its server counted it (Turn.Words, Turn.Messages,
// Usage.Input). Only complete answers (outcome ok) should be given to it.
func (c *Calibration) Learn(words, messages int, promptTokens int64) {}

// TokensPerWord is the current estimate.
func (c *Calibration) TokensPerWord() float64 { return 1 }
