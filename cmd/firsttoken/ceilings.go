package main

import (
	"fmt"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/internal/screen"
	"github.com/firsttoken/firsttoken/prober"
)

const allowExcessive = "load.allow-excessive"

// checks are what each target of a file must pass besides the rules of its keys.
func (o options) checks() []config.Check {
	return append(o.ceilings(), knownGPUs(o.DCGM))
}

// ceilings are those of them that are about the load.
func (o options) ceilings() []config.Check {
	checks := []config.Check{o.withinPrefixCaches}
	if !o.AllowExcessive {
		checks = append(checks, withinCeilings)
	}
	return checks
}

// withinCeilings refuses a load that no target needs, and names the flag for those who mean it.
func withinCeilings(t prober.Target) (errs invalid.Errors) {
	for _, e := range t.Excess() {
		errs.Add(e.Path, "%s (--%s lifts it)", e.Reason, allowExcessive)
	}
	return errs
}

// withinPrefixCaches refuses a load whose sessions would fill more of a prefix cache than they may.
func (o options) withinPrefixCaches(t prober.Target) (errs invalid.Errors) {
	if len(t.Workload.Validate()) > 0 {
		return nil // reported already
	}
	excess, errs := t.ResidentExcess(o.estimates.Of(t.Workload))
	for _, x := range excess {
		if !o.AllowExcessive {
			errs.Add(x.Path, "%s (--%s lifts it)", x.Reason, allowExcessive)
		}
	}
	return errs
}

// withinTotals refuses lists that may bring more load than all targets of any list need.
func withinTotals(file *config.File) error {
	var total float64
	var problems config.Errors
	for _, l := range file.Lists {
		total += float64(l.Most) * l.Like.Load.TokensPerMinute
		if total > prober.MostDiscovered {
			problems = append(problems, config.Problem{
				File: file.Name, Line: l.Line, Path: l.Name + ".max_targets",
				Reason: fmt.Sprintf("%d targets may bring the load of all lists to %s tokens per minute, "+
					"above the ceiling of %s (--%s lifts it)",
					l.Most, screen.Thousands(total), screen.Thousands(prober.MostDiscovered), allowExcessive),
			})
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}
