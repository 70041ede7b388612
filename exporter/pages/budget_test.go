package pages

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// fixedLedger is a Ledger that says what a test wants.
type fixedLedger struct {
	states  []budget.State
	trouble error
}

func (l fixedLedger) States(time.Time) []budget.State { return l.states }
func (l fixedLedger) Trouble() error                  { return l.trouble }

func state(scope string, u budget.Unit, p budget.Period, limit, spent float64, level budget.Level) budget.State {
	return budget.State{
		Scope: scope, Cap: budget.Cap{Unit: u, Period: p}, Limit: limit, Spent: spent, Level: level,
		Since: time.Date(2026, 3, 10, 14, 3, 0, 0, time.UTC), BeginsNew: time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC),
	}
}

func none() float64 { return float64(budget.Unlimited()) }

func TestBudgetText(t *testing.T) {
	for _, row := range []struct {
		name   string
		states []budget.State
		want   string
	}{
		{"none", nil, ""},
		{"no caps", []budget.State{state("a", budget.InTokens, budget.Day, none(), 500, budget.Normal)}, ""},
		{"the nearest to its end", []budget.State{
			state("a", budget.InDollars, budget.Day, 30, 3, budget.Normal),
			state("a", budget.InTokens, budget.Month, 2e9, 5e8, budget.Normal),
			state("a", budget.InTokens, budget.Day, 1e9, 1e8, budget.Normal),
		}, "25 % of 2G tokens a month spent"},
		{"the level counts more", []budget.State{
			state("a", budget.InDollars, budget.Day, 30, 29, budget.Reduced),
			state("a", budget.InTokens, budget.Month, 2e9, 1.8e9, budget.Stopped),
			state("a", budget.InTokens, budget.Day, 1e9, 9.9e8, budget.Reduced),
		}, "90 % of 2G tokens a month spent; nothing is sent since 2026-03-10 14:03 UTC, until 2026-03-11 00:00 UTC"},
		{
			"reduced",
			[]budget.State{state("a", budget.InDollars, budget.Day, 30, 25, budget.Reduced)},
			"83.3 % of 30 dollars a day spent; at the sentinel's level since 2026-03-10 14:03 UTC, until 2026-03-11 00:00 UTC",
		},
	} {
		if got := (budgets{"a": row.states}).text("a"); got != row.want {
			t.Errorf("%s:\n got %q\nwant %q", row.name, got, row.want)
		}
	}
}

func TestBudgetOnThePages(t *testing.T) {
	ledger := fixedLedger{states: []budget.State{
		state(budget.Process, budget.InDollars, budget.Day, 100, 1, budget.Normal),
		state("a", budget.InDollars, budget.Day, 30, 25, budget.Reduced),
		state("a", budget.InTokens, budget.Day, none(), 7e6, budget.Normal),
	}}
	h := newTestHandler(t, func(o *Options) { o.Ledger = ledger })
	_, page, _ := ask(h, "GET", "/", "")
	for _, want := range []string{
		"83.3 % of 30 dollars a day spent; at the sentinel&#39;s level", "All targets: 1 % of 100 dollars a day spent",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the landing page does not say %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "ledger") {
		t.Error("the landing page speaks of a ledger that works")
	}
	_, text, _ := ask(h, "GET", "/targets", "")
	var got struct {
		Targets []struct {
			Budget []capStatus `json:"budget"`
		} `json:"targets"`
		Budget []capStatus `json:"budget"`
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	if len(got.Budget) != 1 || *got.Budget[0].Limit != 100 || len(got.Targets) != 1 || len(got.Targets[0].Budget) != 2 {
		t.Fatalf("/targets has %+v", got)
	}
	first, second := got.Targets[0].Budget[0], got.Targets[0].Budget[1]
	if first.Level != "reduced" || first.Spent != 25 || second.Limit != nil {
		t.Errorf("/targets has %+v", got.Targets[0].Budget)
	}

	ledger.trouble = errors.New("no space left on device")
	h = newTestHandler(t, func(o *Options) { o.Ledger = ledger })
	if _, page, _ := ask(h, "GET", "/", ""); !strings.Contains(page, "so nothing is sent: no space left on device") {
		t.Errorf("the landing page does not speak of the disk:\n%s", page)
	}
}
