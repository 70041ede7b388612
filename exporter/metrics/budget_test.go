package metrics

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// bookLedger is a Ledger without a file, at noon of some day.
type bookLedger struct {
	*budget.Book
	trouble error
}

func noon() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }

func (l *bookLedger) States(time.Time) []budget.State { return l.Book.States(noon()) }
func (l *bookLedger) Level(target string, _ time.Time) budget.Level {
	return l.Book.Level(target, noon())
}
func (l *bookLedger) Trouble() error { return l.trouble }
func (l *bookLedger) Failures() int  { return 3 }

// ledgerOf has targets that have each spent 8 of 10 dollars a day, and 600 tokens.
func ledgerOf(targets ...string) *bookLedger {
	book := budget.NewBook(time.UTC)
	limits := map[string]budget.Limits{}
	for _, name := range targets {
		limits[name] = budget.Limits{DollarsPerDay: 10, TokensPerMonth: 1e6}
	}
	book.SetLimits(budget.Limits{DollarsPerMonth: 500, TokensPerDay: 1e9}, limits)
	for _, name := range targets {
		c, err := book.Reserve(name, noon(), budget.Amount{Money: budget.Dollars(8), Tokens: 600})
		if err != nil {
			panic(err)
		}
		book.Settle(c, budget.Amount{Money: budget.Dollars(8), Tokens: 600})
	}
	return &bookLedger{Book: book}
}

func TestBudget(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	l := ledgerOf("a")
	if err := NewBudget(reg, l); err != nil {
		t.Fatal(err)
	}
	holds := func(want string, names ...string) {
		t.Helper()
		if err := testutil.GatherAndCompare(reg, strings.NewReader(want), names...); err != nil {
			t.Error(err)
		}
	}
	holds(`
# HELP firsttoken_budget_level What budgets leave of the load: 0 all, 1 the sentinel's level, 2 nothing.
# TYPE firsttoken_budget_level gauge
firsttoken_budget_level{target="a"} 1
# HELP firsttoken_budget_limit_dollars Cap of the calendar day or month, where there is one.
# TYPE firsttoken_budget_limit_dollars gauge
firsttoken_budget_limit_dollars{period="day",target="a"} 10
# HELP firsttoken_budget_limit_tokens Cap of the calendar day or month, where there is one.
# TYPE firsttoken_budget_limit_tokens gauge
firsttoken_budget_limit_tokens{period="month",target="a"} 1e+06
# HELP firsttoken_budget_spent_dollars Spent in it, with what is on its way at its worst case.
# TYPE firsttoken_budget_spent_dollars gauge
firsttoken_budget_spent_dollars{period="day",target="a"} 8
firsttoken_budget_spent_dollars{period="month",target="a"} 8
# HELP firsttoken_budget_spent_tokens Spent in it, with what is on its way at its worst case.
# TYPE firsttoken_budget_spent_tokens gauge
firsttoken_budget_spent_tokens{period="day",target="a"} 600
firsttoken_budget_spent_tokens{period="month",target="a"} 600
# HELP firsttoken_ledger_writable 1 while the ledger can be written, 0 while it cannot: then nothing is sent.
# TYPE firsttoken_ledger_writable gauge
firsttoken_ledger_writable 1
# HELP firsttoken_ledger_write_errors_total Attempts to write the ledger that failed.
# TYPE firsttoken_ledger_write_errors_total counter
firsttoken_ledger_write_errors_total 3
# HELP firsttoken_process_budget_limit_dollars All targets: Cap of the calendar day or month, where there is one.
# TYPE firsttoken_process_budget_limit_dollars gauge
firsttoken_process_budget_limit_dollars{period="month"} 500
# HELP firsttoken_process_budget_limit_tokens All targets: Cap of the calendar day or month, where there is one.
# TYPE firsttoken_process_budget_limit_tokens gauge
firsttoken_process_budget_limit_tokens{period="day"} 1e+09
# HELP firsttoken_process_budget_spent_dollars All targets: Spent in it, with what is on its way at its worst case.
# TYPE firsttoken_process_budget_spent_dollars gauge
firsttoken_process_budget_spent_dollars{period="day"} 8
firsttoken_process_budget_spent_dollars{period="month"} 8
# HELP firsttoken_process_budget_spent_tokens All targets: Spent in it, with what is on its way at its worst case.
# TYPE firsttoken_process_budget_spent_tokens gauge
firsttoken_process_budget_spent_tokens{period="day"} 600
firsttoken_process_budget_spent_tokens{period="month"} 600
`)
	l.trouble = errors.New("full")
	l.SetLimits(budget.Limits{}, nil)
	holds(`
# HELP firsttoken_ledger_writable 1 while the ledger can be written, 0 while it cannot: then nothing is sent.
# TYPE firsttoken_ledger_writable gauge
firsttoken_ledger_writable 0
`, "firsttoken_ledger_writable", "firsttoken_budget_spent_dollars", "firsttoken_budget_level")
}
