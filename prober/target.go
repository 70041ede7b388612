package prober

import (
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/maintenance"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// Target is one endpoint under one load. Name is its only key everywhere.
type Target struct {
	Name string `yaml:"name"`
	// vllm, sglang, tensorrt-llm, dynamo, together, anthropic, …
	Engine        string            `yaml:"engine,omitempty"`
	Region        string            `yaml:"region,omitempty"`
	Tier          string            `yaml:"tier,omitempty"`
	Labels        map[string]string `yaml:"labels,omitempty"` // the user's own, on firsttoken_target_info
	chat.Endpoint `yaml:",inline"`
	// models that may answer for Model, see AskedFor
	AnswersAs      []string                   `yaml:"answers_as,omitempty"`
	Load           Load                       `yaml:"load,omitempty"`
	Workload       workload.Shape             `yaml:"workload,omitempty"`
	SLOs           map[slo.Name]slo.Objective `yaml:"slos,omitempty"`
	Prices         *Prices                    `yaml:"prices,omitempty"`
	Budget         budget.Limits              `yaml:"budget,omitempty"`
	Maintenance    []maintenance.Window       `yaml:"maintenance,omitempty"`
	Infrastructure `yaml:",inline"`
}

// Load is how much to ask, and how evenly.
type Load struct {
	Profile         string  `yaml:"profile,omitempty"` // sentinel, watch (default), load
	TokensPerMinute float64 `yaml:"tokens_per_minute,omitempty"`
	// of gamma-distributed gaps: 1 is Poisson, more is more regular
	ArrivalShape float64 `yaml:"arrival_shape,omitempty"`
	MaxInFlight  int     `yaml:"max_in_flight,omitempty"`
	MaxSessions  int     `yaml:"max_sessions,omitempty"`
	// 0 is a multiple of what the load needs
	MaxResidentTokens int       `yaml:"max_resident_tokens,omitempty"`
	Until             time.Time `yaml:"until,omitempty"` // when the load ends; required by the load profile
	Paused            bool      `yaml:"paused,omitempty"`
}
