package metrics

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober/budget"
)

// Ledger is asked for the budgets at each scrape.
type Ledger interface {
	States(now time.Time) []budget.State
	Level(target string, now time.Time) budget.Level
	Trouble() error // why it cannot be written; nil when it can
	Failures() int  // writes that failed
}

// NewBudget registers the series about what may be spent and has been.
func NewBudget(reg prometheus.Registerer, l Ledger) error { return newBudget(reg, l).Err() }

func newBudget(reg prometheus.Registerer, l Ledger) *series.Registry {
	s := series.NewRegistry(reg)
	s.Asked(budgetFamilies(), func(set series.Set) { askBudget(l, time.Now(), set) })
	s.GaugeFunc(series.Family{
		Name: "ledger_writable",
		Help: "1 while the ledger can be written, 0 while it cannot: then nothing is sent.",
	}, func() float64 { return oneIf(l.Trouble() == nil) })
	s.CounterFunc(series.Family{
		Name: "ledger_write_errors_total",
		Help: "Attempts to write the ledger that failed.",
	}, func() float64 { return float64(l.Failures()) })
	return s
}

// The places in budgetFamilies. Tokens follow dollars, and the four of the process those of targets.
const (
	limitOf   = 0
	spentOf   = 2
	ofTokens  = 1
	ofProcess = 4
	levelOf   = 8
)

func budgetFamilies() []series.Family {
	period := series.Label{Name: "period", Values: []string{string(budget.Day), string(budget.Month)}}
	limit := "Cap of the calendar day or month, where there is one."
	spent := "Spent in it, with what is on its way at its worst case."
	var all []series.Family
	for _, scope := range []struct {
		prefix, what string
		labels       []series.Label
	}{
		{"budget_", "", []series.Label{series.TargetLabel(), period}},
		{"process_budget_", "All targets: ", []series.Label{period}},
	} {
		for _, f := range []struct{ name, help string }{{"limit_", limit}, {"spent_", spent}} {
			for _, u := range []budget.Unit{budget.InDollars, budget.InTokens} {
				all = append(all, series.Family{
					Name: scope.prefix + f.name + string(u), Unit: string(u), Help: scope.what + f.help, Labels: scope.labels,
				})
			}
		}
	}
	return append(all, series.Family{
		Name: "budget_level", Labels: []series.Label{series.TargetLabel()},
		Help: "What budgets leave of the load: 0 all, 1 the sentinel's level, 2 nothing.",
	})
}

func askBudget(l Ledger, now time.Time, set series.Set) {
	leveled := ""
	for _, s := range l.States(now) {
		at, labels := ofProcess, []string{string(s.Cap.Period)}
		if s.Scope != budget.Process {
			name := valid(s.Scope)
			at, labels = 0, []string{name, string(s.Cap.Period)}
			if leveled != s.Scope {
				leveled = s.Scope
				set(levelOf, float64(l.Level(s.Scope, now)), name)
			}
		}
		if s.Cap.Unit == budget.InTokens {
			at += ofTokens
		}
		if !math.IsInf(s.Limit, 1) {
			set(at+limitOf, s.Limit, labels...)
		}
		set(at+spentOf, s.Spent, labels...)
	}
}
