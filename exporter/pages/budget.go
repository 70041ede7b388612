package pages

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// Ledger is asked for the budgets when a page is read.
type Ledger interface {
	States(now time.Time) []budget.State
	Trouble() error // why it cannot be written; nil when it can
}

// capStatus is a cap in /targets.
type capStatus struct {
	Unit      budget.Unit   `json:"unit"`
	Period    budget.Period `json:"period"`
	Limit     *float64      `json:"limit,omitempty"` // missing without a cap
	Spent     float64       `json:"spent"`           // what is on its way included, at its worst case
	Level     string        `json:"level"`           // normal, reduced, stopped
	Since     time.Time     `json:"since"`           // of the level
	BeginsNew time.Time     `json:"begins_anew"`
}

func capStatusOf(s budget.State) capStatus {
	c := capStatus{
		Unit: s.Cap.Unit, Period: s.Cap.Period, Spent: s.Spent,
		Level: s.Level.String(), Since: s.Since, BeginsNew: s.BeginsNew,
	}
	if !math.IsInf(s.Limit, 1) {
		c.Limit = &s.Limit
	}
	return c
}

// budgets are the caps by their scope: a target, or budget.Process.
type budgets map[string][]budget.State

func (o Options) budgets() budgets {
	if o.Ledger == nil {
		return nil
	}
	all := budgets{}
	for _, s := range o.Ledger.States(time.Now()) {
		all[s.Scope] = append(all[s.Scope], s)
	}
	return all
}

func (b budgets) status(scope string) (all []capStatus) {
	for _, s := range b[scope] {
		all = append(all, capStatusOf(s))
	}
	return all
}

// text is the cap of a scope that is nearest to its end; empty where there is none.
func (b budgets) text(scope string) string {
	var nearest budget.State
	most := -1.0
	for _, s := range b[scope] {
		share := s.Spent / s.Limit // 0 without a limit
		if cmp.Or(cmp.Compare(s.Level, nearest.Level), cmp.Compare(share, most)) > 0 && !math.IsInf(s.Limit, 1) {
			nearest, most = s, share
		}
	}
	if most < 0 {
		return ""
	}
	text := fmt.Sprintf("%.3g %% of %s %s a %s spent",
		100*most, short(nearest.Limit), nearest.Cap.Unit, nearest.Cap.Period)
	const instant = "2006-01-02 15:04 MST"
	switch nearest.Level {
	case budget.Reduced:
		text += "; at the sentinel's level since " + nearest.Since.Format(instant)
	case budget.Stopped:
		text += "; nothing is sent since " + nearest.Since.Format(instant)
	default:
		return text
	}
	return text + ", until " + nearest.BeginsNew.Format(instant)
}

// trouble says that the ledger cannot be written; empty when it can.
func (o Options) trouble() string {
	if o.Ledger == nil || o.Ledger.Trouble() == nil {
		return ""
	}
	return fmt.Sprintf("The ledger cannot be written, so nothing is sent: %v", o.Ledger.Trouble())
}
