package simulator

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// Profile is what makes engines differ. The zero value is not usable: start from one of Profiles.
type Profile struct {
	Name        string      `yaml:"name"`
	Frontend    Frontend    `yaml:"frontend"`
	Step        StepCost    `yaml:"step"`
	Batch       Batching    `yaml:"batch"`
	Cache       KV          `yaml:"cache"`
	Speculation Speculation `yaml:"speculation"`
	Tokenizer   Tokenizer   `yaml:"tokenizer"`
	// MaxContext is the longest prompt and output together, in tokens.
	MaxContext int `yaml:"max_context"`
	// StopRatio is the share of answers that end by themselves before max_tokens, unless the request has
	// ignore_eos. An answer without max_tokens always ends by itself.
	StopRatio float64 `yaml:"stop_ratio"`
}

// Frontend is the work before the engine sees a request: HTTP, chat template, tokeniser. Requests do not wait
// for each other here.
type Frontend struct {
	FixedMS    float64 `yaml:"fixed_ms"`
	PerTokenUS float64 `yaml:"per_token_us"`
}

// Batching limits the contents of one step.
type Batching struct {
	MaxSequences int `yaml:"max_sequences"`
	// TokenBudget is the most tokens of one step. Decoding sequences take theirs first; chunks of prompts
	// share the rest, first come, first served.
	TokenBudget int `yaml:"token_budget"`
}

// KV is the memory for keys and values, and its prefix cache.
type KV struct {
	BlockTokens    int `yaml:"block_tokens"`
	CapacityTokens int `yaml:"capacity_tokens"`
}

// Speculation drafts tokens and keeps those that the model agrees with. A decode step gives 1 + k tokens if
// the first k drafts were accepted. With 3 drafts at 0.7 that is 1 + 0.7 + 0.49 + 0.343 = 2.5 tokens on
// average.
type Speculation struct {
	DraftTokens int     `yaml:"draft_tokens"`
	Acceptance  float64 `yaml:"acceptance"`
}

// Tokenizer says how many tokens a text has. A word is anything between white space.
type Tokenizer struct {
	TokensPerWord    float64 `yaml:"tokens_per_word"`
	TokensPerMessage int     `yaml:"tokens_per_message"` // what the chat template adds to each message
}

// Validate lists everything that is wrong with the profile.
func (p *Profile) Validate() invalid.Errors {
	var e invalid.Errors
	if p.Name == "" {
		e.Add("name", "is missing")
	}
	atLeast := func(path string, v, low float64) {
		if !(v >= low) { // NaN fails too
			e.Add(path, "%v is below %v", v, low)
		}
	}
	atLeast("frontend.fixed_ms", p.Frontend.FixedMS, 0)
	atLeast("frontend.per_token_us", p.Frontend.PerTokenUS, 0)
	atLeast("batch.max_sequences", float64(p.Batch.MaxSequences), 1)
	atLeast("batch.token_budget", float64(p.Batch.TokenBudget),
		float64((1+p.Speculation.DraftTokens)*p.Batch.MaxSequences+1))
	atLeast("cache.block_tokens", float64(p.Cache.BlockTokens), 1)
	atLeast("cache.capacity_tokens", float64(p.Cache.CapacityTokens), float64(p.Cache.BlockTokens))
	atLeast("speculation.draft_tokens", float64(p.Speculation.DraftTokens), 0)
	atLeast("tokenizer.tokens_per_message", float64(p.Tokenizer.TokensPerMessage), 0)
	atLeast("max_context", float64(p.MaxContext), 1)
	if !(p.Tokenizer.TokensPerWord > 0) {
		e.Add("tokenizer.tokens_per_word", "%v is not above 0", p.Tokenizer.TokensPerWord)
	}
	ratio(&e, "speculation.acceptance", p.Speculation.Acceptance)
	ratio(&e, "stop_ratio", p.StopRatio)
	e.Under("step", p.Step.validate())
	return e
}

func ratio(e *invalid.Errors, path string, v float64) {
	if !(v >= 0 && v <= 1) {
		e.Add(path, "%v is not between 0 and 1", v)
	}
}

// ParseProfile reads one profile in YAML. Missing keys have the values of the built-in profile of that name,
// or else of vllm.
func ParseProfile(name string, data []byte) (Profile, error) {
	var named struct {
		Name string `yaml:"name"`
	}
	if err := yaml.Unmarshal(data, &named); err != nil {
		return Profile{}, fmt.Errorf("%s: %w", name, err)
	}
	p, ok := ProfileNamed(named.Name)
	if !ok {
		p, _ = ProfileNamed("vllm")
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return Profile{}, fmt.Errorf("%s: %w", name, err)
	}
	return p, joined(name, p.Validate())
}

// joined returns all problems as one error, or nil.
func joined(name string, problems invalid.Errors) error {
	all := make([]error, len(problems))
	for i, p := range problems {
		all[i] = fmt.Errorf("%s: %w", name, p)
	}
	return errors.Join(all...)
}
