package prober

import (
	"time"

	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// Caps are the caps of each target, by name: what its budget sets, and for the rest multiples of what its
// load is expected to use.
func Caps(targets []Target, estimates *workload.Estimates) map[string]budget.Limits {
	caps := make(map[string]budget.Limits, len(targets))
	for _, t := range targets {
		caps[t.Name] = t.Budget.Or(t.expected(estimates.Of(t.Workload)))
	}
	return caps
}

// expected is what a day of the load uses. A load that ends before is taken to last: its caps must not
// depend on the hour at which the file is read.
func (t Target) expected(e workload.Estimate) budget.Expected {
	const minutes = float64(24 * time.Hour / time.Minute)
	in := t.Load.TokensPerMinute * minutes
	out := in / max(1, e.InputTokens) * e.OutputTokens
	x := budget.Expected{Tokens: in + out, Worst: newSpending(t).worst(t.Workload.Bound())}
	if t.Prices != nil {
		x.Dollars = t.Prices.OfLoad(in, out, e.CachedShare)
	}
	return x
}

// validateBudget also refuses caps that no request fits into: nothing would ever be sent.
func (t Target) validateBudget() invalid.Errors {
	errs := t.Budget.Validate()
	worst := newSpending(t).worst(t.Workload.Bound())
	for _, c := range budget.Caps() {
		limit := t.Budget.Of(c)
		switch most := c.Show(worst); {
		case limit.IsUnlimited() || limit < 0:
		case c.Unit == budget.InDollars && t.Prices == nil:
			errs.Add(c.Key(), "needs prices: what a request costs is not known")
		case float64(limit) < most:
			errs.Add(c.Key(), "%s is less than the %s that one request may use at most: nothing would be sent",
				c.Text(float64(limit)), c.Text(most))
		}
	}
	return errs
}
