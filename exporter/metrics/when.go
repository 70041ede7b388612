package metrics

import (
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// when says which events reach a family. The table "what counts when" of docs/metrics.md is made of it.
type when uint8

const (
	finished     when = 1 << iota // results of exchanges whose answer finished
	failedAfter                   // results of exchanges that failed after their first token
	failedBefore                  // results of exchanges that failed before it
	outsideLoad                   // also results outside the steady load; see prober.Result.Steady
	otherEvents                   // events that are no results
)

// Four ways in which families count results.
const (
	everyResult   = finished | failedAfter | failedBefore | outsideLoad
	goodResult    = finished | outsideLoad
	hadFirstToken = finished | failedAfter // a failure after the first token does not take it back
	onlyFinished  = finished               // a rate or a duration that was cut off would look better than it was
)

// reaches reports whether a result with this ending reaches a family; steady is whether it belongs to the steady load.
func (w when) reaches(ending when, steady bool) bool {
	return w&ending != 0 && (steady || w&outsideLoad != 0)
}

// endingOf is how the exchange of a result ended.
func endingOf(r *prober.Result) when {
	switch {
	case r.Outcome == chat.OK:
		return finished
	case !r.FirstToken.IsZero():
		return failedAfter
	}
	return failedBefore
}
