package main

import (
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober"
)

const allowExcessive = "load.allow-excessive"

// checks are what each target of a file must pass besides the rules of its keys.
func (o options) checks() []config.Check {
	checks := []config.Check{knownGPUs(o.DCGM)}
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
