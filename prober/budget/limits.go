package budget

import (
	"encoding/json"
	"errors"
	"math"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// unlimited is how the file lifts a cap.
const unlimited = "unlimited"

// Limit is a cap, in dollars or in tokens. 0 is not set.
type Limit float64

// Unlimited is no cap.
func Unlimited() Limit { return Limit(math.Inf(1)) }

// IsUnlimited says that there is no cap: it was lifted, or never set.
func (l Limit) IsUnlimited() bool { return l == 0 || math.IsInf(float64(l), 1) }

// UnmarshalYAML reads a number above 0, or "unlimited".
func (l *Limit) UnmarshalYAML(node *yaml.Node) error {
	if node.Value == unlimited {
		*l = Unlimited()
		return nil
	}
	var f float64
	if node.Decode(&f) != nil || !(f > 0) || math.IsInf(f, 0) {
		return errors.New(notALimit)
	}
	*l = Limit(f)
	return nil
}

const notALimit = "must be a number above 0, or " + unlimited

// MarshalYAML writes what UnmarshalYAML reads.
func (l Limit) MarshalYAML() (any, error) {
	if math.IsInf(float64(l), 1) {
		return unlimited, nil
	}
	return float64(l), nil
}

// MarshalJSON writes null for no cap: JSON has no infinity.
func (l Limit) MarshalJSON() ([]byte, error) {
	if l.IsUnlimited() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(l))
}

// Limits are the caps of a target, or of the process.
type Limits struct {
	DollarsPerDay   Limit `yaml:"dollars_per_day,omitempty" json:"dollars_per_day,omitzero"`
	DollarsPerMonth Limit `yaml:"dollars_per_month,omitempty" json:"dollars_per_month,omitzero"`
	TokensPerDay    Limit `yaml:"tokens_per_day,omitempty" json:"tokens_per_day,omitzero"`
	TokensPerMonth  Limit `yaml:"tokens_per_month,omitempty" json:"tokens_per_month,omitzero"`
}

// Of is the limit of a cap.
func (l Limits) Of(c Cap) Limit {
	switch {
	case c.Unit == InDollars && c.Period == Day:
		return l.DollarsPerDay
	case c.Unit == InDollars:
		return l.DollarsPerMonth
	case c.Period == Day:
		return l.TokensPerDay
	default:
		return l.TokensPerMonth
	}
}

// Validate says everything that is wrong with the limits.
func (l Limits) Validate() invalid.Errors {
	var errs invalid.Errors
	for _, c := range Caps() {
		if v := float64(l.Of(c)); v < 0 || math.IsNaN(v) {
			errs.Add(c.Key(), notALimit)
		}
	}
	return errs
}

// most is the limit in whole units of the cap; false without one.
func (l Limits) most(c Cap) (int64, bool) {
	limit := l.Of(c)
	if limit.IsUnlimited() {
		return 0, false
	}
	scale := 1.0
	if c.Unit == InDollars {
		scale = dollar
	}
	return units(math.Floor(float64(limit)*scale), 1), true
}
