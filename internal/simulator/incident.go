package simulator

import (
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// IncidentKind is what goes wrong in an incident. See kindRows for what each does.
type IncidentKind string

const (
	SlowPrefill IncidentKind = "slow_prefill"
	SlowDecode  IncidentKind = "slow_decode"
	SmallKV     IncidentKind = "small_kv"
	NoCache     IncidentKind = "no_cache"

	Errors   IncidentKind = "errors"
	Hang     IncidentKind = "hang"
	Freeze   IncidentKind = "freeze"
	Stall    IncidentKind = "stall"
	Truncate IncidentKind = "truncate"
	Abort    IncidentKind = "abort"
	Empty    IncidentKind = "empty"
	Endless  IncidentKind = "endless"
	Flood    IncidentKind = "flood"

	HiddenReasoning IncidentKind = "hidden_reasoning"
	Grouped         IncidentKind = "grouped"
	Buffered        IncidentKind = "buffered"

	NoOpening       IncidentKind = "no_opening"
	NoUsage         IncidentKind = "no_usage"
	ScaledUsage     IncidentKind = "scaled_usage"
	ConstantUsage   IncidentKind = "constant_usage"
	HugeUsage       IncidentKind = "huge_usage"
	OvercachedUsage IncidentKind = "overcached_usage"

	ModelSwap   IncidentKind = "model_swap"
	WrongRecall IncidentKind = "wrong_recall"
	Headers     IncidentKind = "headers"
)

// Incident is one entry of the script: what happens to which engine, from when, for how long. The keys
// below Kind belong to some kinds only.
type Incident struct {
	At     model.Duration `yaml:"at"`               // since the engine's start
	For    model.Duration `yaml:"for,omitempty"`    // none: to the end
	Engine string         `yaml:"engine,omitempty"` // an engine's name; none or "all": every engine
	Kind   IncidentKind   `yaml:"kind"`

	Ratio  float64        `yaml:"ratio,omitempty"` // share of the requests to which it happens
	Factor float64        `yaml:"factor,omitempty"`
	Tokens int            `yaml:"tokens,omitempty"`
	Bytes  int64          `yaml:"bytes,omitempty"`
	Pause  model.Duration `yaml:"pause,omitempty"`
	Status Status         `yaml:"status,omitempty"`
	Body   Body           `yaml:"body,omitempty"` // of an error; JSON if empty
	// sent with 429, 503 and 529, in whole seconds; 1s if none
	RetryAfter  model.Duration    `yaml:"retry_after,omitempty"`
	Reason      string            `yaml:"reason,omitempty"` // finish reason of an abort; "abort" if empty
	Model       string            `yaml:"model,omitempty"`
	Fingerprint string            `yaml:"fingerprint,omitempty"`
	Headers     map[string]string `yaml:"headers,omitempty"` // {key} in a value is the key of the request
}

// Validate lists everything that is wrong with the incident.
func (i *Incident) Validate() invalid.Errors {
	var e invalid.Errors
	if i.Kind == "" {
		e.Add("kind", "is missing")
		return e
	}
	kind, known := kindNamed(i.Kind)
	if !known {
		e.Add("kind", "%q is unknown", i.Kind)
		return e
	}
	for _, k := range incidentKeys() {
		switch needed, allowed := kind.uses(k.name); {
		case needed, allowed && k.given(i):
			if problem := k.problem(i); problem != "" {
				e.Add(k.name, "%s", problem)
			}
		case !allowed && k.given(i):
			e.Add(k.name, "%s has no such key", i.Kind)
		}
	}
	return e
}

func (i *Incident) active(at time.Duration) bool {
	since := at - time.Duration(i.At)
	return since >= 0 && (i.For == 0 || since < time.Duration(i.For))
}
