package budget

import (
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// ProcessBudget is what the process may spend on all targets together, and how all budgets are kept.
type ProcessBudget struct {
	Limits   `yaml:",inline"`
	Timezone string `yaml:"timezone,omitempty"` // whose midnights begin a day; empty is UTC
	File     string `yaml:"file,omitempty"`     // the ledger; empty leaves it to the process
}

// Zone is the time zone.
func (p ProcessBudget) Zone() (*time.Location, error) {
	zone, err := time.LoadLocation(p.Timezone)
	if err != nil {
		return nil, fmt.Errorf("%q is no time zone such as Europe/Berlin", p.Timezone)
	}
	return zone, nil
}

// Validate says everything that is wrong with the budget.
func (p ProcessBudget) Validate() invalid.Errors {
	errs := p.Limits.Validate()
	if _, err := p.Zone(); err != nil {
		errs.Add("timezone", "%v", err)
	}
	return errs
}
