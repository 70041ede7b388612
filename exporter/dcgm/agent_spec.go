package dcgm

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// agentSpec configures an agent. It travels as JSON in the agent's one argument, so that ps shows
// which engine the agent serves. It holds no secret: DCGM has none.
type agentSpec struct {
	Name    string        `json:"name"`
	Address string        `json:"address"`
	Every   time.Duration `json:"every"` // nanoseconds
	Slow    time.Duration `json:"slow"`
	Extra   FieldIDs      `json:"extra,omitempty"`
}

func (o Options) spec(engine Hostengine) agentSpec {
	return agentSpec{engine.Name, engine.Address, o.Interval, o.SlowInterval, o.ExtraFields}
}

func (s agentSpec) String() string {
	text, err := json.Marshal(s)
	if err != nil {
		return "" // strings and numbers always marshal
	}
	return string(text)
}

func parseSpec(text string) (agentSpec, error) {
	var s agentSpec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("agent's argument: %w", err)
	}
	if s.Every <= 0 || s.Slow <= 0 {
		return s, fmt.Errorf("agent's argument: intervals %v and %v are not above zero", s.Every, s.Slow)
	}
	return s, nil
}

// fieldsOf returns the fields of one cadence. Extra fields are fast.
func (s agentSpec) fieldsOf(c cadence) []uint16 {
	var ids []uint16
	for _, f := range fields() {
		if f.cadence == c {
			ids = append(ids, f.id)
		}
	}
	if c == fast {
		ids = append(ids, s.Extra...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
