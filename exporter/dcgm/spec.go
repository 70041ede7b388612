package dcgm

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// spec is what an agent is told, as JSON in its one argument, so that ps shows which engine it
// serves. It holds no secret: DCGM has none.
type spec struct {
	Name    string        `json:"name"`
	Address string        `json:"address"`
	Every   time.Duration `json:"every"` // nanoseconds
	Slow    time.Duration `json:"slow"`
	Extra   FieldIDs      `json:"extra,omitempty"`
}

func (o Options) spec(engine Hostengine) spec {
	return spec{engine.Name, engine.Address, o.Interval, o.SlowInterval, o.ExtraFields}
}

func (s spec) String() string {
	text, err := json.Marshal(s)
	if err != nil {
		return "" // strings and numbers always marshal
	}
	return string(text)
}

func parseSpec(text string) (spec, error) {
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("agent's argument: %w", err)
	}
	if s.Every <= 0 || s.Slow <= 0 {
		return s, fmt.Errorf("agent's argument: intervals %v and %v are not above zero", s.Every, s.Slow)
	}
	return s, nil
}

// watched are the fields of one cadence; extra fields are fast.
func (s spec) watched(c cadence) []uint16 {
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
