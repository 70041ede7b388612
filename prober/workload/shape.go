package workload

import (
	"time"

	"github.com/prometheus/common/model"
)

// LogNormal is a distribution of token counts: Median·e^(Sigma·z) with z standard normal, clamped
// to [Min, Max]. Its unclamped mean is Median·e^(Sigma²/2): a long tail lifts it.
type LogNormal struct {
	Median int     `yaml:"median"`
	Sigma  float64 `yaml:"sigma"`
	Min    int     `yaml:"min"`
	Max    int     `yaml:"max"`
}

// Pauses is a LogNormal of time.
type Pauses struct {
	Median model.Duration `yaml:"median"`
	Sigma  float64        `yaml:"sigma"`
	Min    model.Duration `yaml:"min"`
	Max    model.Duration `yaml:"max"`
}

// SaltAt says where a session's salt stands.
type SaltAt string

const (
	AfterPrefix SaltAt = "after_prefix" // at the start of the first user message: the shared prefix stays shared
	Front       SaltAt = "front"        // at the very start: a session's first turn is cold to its first token
)

// Compaction replaces the history of a share of sessions at the limit, instead of ending them.
type Compaction struct {
	Share   float64   `yaml:"share"`
	Summary LogNormal `yaml:"summary"` // tokens that replace the history; the shared prefix is kept
}

// Shape describes the coding agent that the workload plays. Counts are in the target's tokens.
//
//	prompt  =  shared prefix ─ salt, repository, task ─ answer, tool result ─ answer, tool result …
//	           └─ SharedPrefix ┘                        └── Output ┘└─ Input ┘
//	           └──────────── Context ─────────┘  … grows until Limit
type Shape struct {
	Context    LogNormal      `yaml:"context"`     // the first turn's prompt, shared prefix included
	Input      LogNormal      `yaml:"input"`       // the client's message: a tool result or a person's text
	Output     LogNormal      `yaml:"output"`      // answer asked for
	ToolPause  Pauses         `yaml:"tool_pause"`  // from an answer to the next turn while a tool runs
	HumanPause Pauses         `yaml:"human_pause"` // while a person reads and writes
	IdlePause  model.Duration `yaml:"idle_pause"`  // while the person is away; longer than CacheTTL
	HumanShare float64        `yaml:"human_share"` // of turns that end with HumanPause
	IdleShare  float64        `yaml:"idle_share"`  // of turns that end with IdlePause; all others wait for a tool
	// largest prompt; what would pass it ends or compacts the session
	Limit        int        `yaml:"limit"`
	Window       int        `yaml:"window,omitempty"` // the model's, if known; see Fit
	Compaction   Compaction `yaml:"compaction"`
	SharedPrefix int        `yaml:"shared_prefix"` // system message and tool definitions, the same in all sessions
	Salt         SaltAt     `yaml:"salt"`
	// of turns that ask for something that stands deep in the context
	RecallShare   float64        `yaml:"recall_share"`
	CacheTTL      model.Duration `yaml:"cache_ttl"`       // how long a prefix cache is expected to keep a prefix
	CacheBlock    int            `yaml:"cache_block"`     // granularity of expected cached tokens
	TokensPerWord float64        `yaml:"tokens_per_word"` // of the target's tokenizer, before anything is learnt
}

// Default is Load's shape.
func Default() Shape {
	return Shape{
		Context:       LogNormal{Median: 45_000, Sigma: 0.15, Min: 30_000, Max: 60_000},
		Input:         LogNormal{Median: 365, Sigma: 1.55, Min: 32, Max: 16_384},
		Output:        LogNormal{Median: 293, Sigma: 0.90, Min: 16, Max: 4_096},
		ToolPause:     Pauses{Median: seconds(9), Sigma: 1.0, Min: seconds(0.5), Max: seconds(120)},
		HumanPause:    Pauses{Median: seconds(90), Sigma: 1.2, Min: seconds(10), Max: seconds(240)},
		IdlePause:     seconds(420),
		HumanShare:    0.13,
		IdleShare:     0.02,
		Limit:         200_000,
		Compaction:    Compaction{Share: 0.3, Summary: LogNormal{Median: 40_000, Sigma: 0.25, Min: 25_000, Max: 65_000}},
		SharedPrefix:  15_000,
		Salt:          AfterPrefix,
		RecallShare:   0.02,
		CacheTTL:      seconds(300),
		CacheBlock:    64,
		TokensPerWord: 1.0,
	}
}

func seconds(s float64) model.Duration { return model.Duration(s * float64(time.Second)) }
