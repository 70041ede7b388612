package prober

import (
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// rate is what back-off and budget leave of the set-point. A budget that runs out leaves the sentinel
// level, the floor of back-off.
func (l *loop) rate() float64 {
	if l.budget.level == budget.Normal {
		return l.backoff.rate
	}
	return min(l.backoff.rate, l.backoff.floor)
}

// followBudget takes in what the budget leaves of the load.
func (l *loop) followBudget(now time.Time) {
	if !l.budget.look(now) || l.ended {
		return
	}
	l.rateChanged()
	if l.budget.level == budget.Stopped {
		l.log.Warn("nothing is sent for want of budget", "target", l.target.Name, "err", l.budget.slot.refusal)
	}
}

// announceRate tells observers the load that the target runs at.
func (l *loop) announceRate() {
	e := RateChanged{
		Target: l.target.Name, SetPoint: l.backoff.setPoint, Effective: l.rate(),
		Budget: l.budget.level, ThrottledSince: l.backoff.since, Pause: l.pause.now,
	}
	if l.pause.active() || l.budget.level == budget.Stopped {
		e.Effective = 0
	}
	l.observer.Observe(e)
}

// rateChanged tells observers and the log of a change by back-off or budget.
func (l *loop) rateChanged() {
	l.announceRate()
	l.log.Info("load has changed", "target", l.target.Name,
		"tokens_per_minute", l.rate(), "set_point", l.backoff.setPoint, "budget", l.budget.level.String())
}
