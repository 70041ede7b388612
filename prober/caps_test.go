package prober

import (
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// TestCaps: Opus at the sentinel's load is $25.61 a day and 28.99 million tokens.
func TestCaps(t *testing.T) {
	cached, write := 0.5, 6.25
	opus := &Prices{Input: 5, Cached: &cached, CacheWrite: &write, Output: 25}
	free, priced := example("free", ProfileSentinel), example("priced", ProfileSentinel)
	set := example("set", ProfileSentinel)
	priced.Prices, set.Prices = opus, opus
	set.Budget = budget.Limits{DollarsPerDay: 10, TokensPerMonth: budget.Unlimited()}
	caps := Caps([]Target{free, priced, set}, testEstimates())
	expected := priced.expected(testEstimates().Of(priced.Workload))
	if expected.Dollars < 20 || expected.Dollars > 30 || expected.Tokens < 28.8e6 || expected.Tokens > 29.2e6 {
		t.Errorf("a day is expected to use %+v", expected)
	}
	day, month := budget.Limit(3*expected.Dollars), budget.Limit(62*expected.Dollars)
	dayTokens, monthTokens := budget.Limit(3*expected.Tokens), budget.Limit(62*expected.Tokens)
	for name, want := range map[string][4]budget.Limit{
		"free":   {0, 0, dayTokens, monthTokens},
		"priced": {day, month, dayTokens, monthTokens},
		"set":    {10, 310, dayTokens, budget.Unlimited()},
	} {
		for i, c := range budget.Caps() {
			if got := caps[name].Of(c); got != want[i] {
				t.Errorf("%s: %s is %v, want %v", name, c.Key(), got, want[i])
			}
		}
	}
}

// TestDefaultCapsLetRequestsOut: also of a load that is less than a request a day.
func TestDefaultCapsLetRequestsOut(t *testing.T) {
	estimates := testEstimates()
	for _, profile := range Profiles() {
		for _, tpm := range []float64{1, 1000, 2_500_000} {
			target := example("t", profile)
			target.Load.TokensPerMinute = tpm
			target.Prices = &Prices{Input: 5, Output: 25}
			limits := Caps([]Target{target}, estimates)["t"]
			target.Budget = limits
			if errs := target.Validate(); len(errs) > 0 {
				t.Errorf("%s at %v: %v", profile, tpm, errs)
			}
		}
	}
}

func TestValidateBudget(t *testing.T) {
	for _, row := range []struct {
		name   string
		budget budget.Limits
		prices *Prices
		want   string // start of the problem
	}{
		{"none", budget.Limits{}, nil, ""},
		{"enough", budget.Limits{DollarsPerDay: 100, TokensPerDay: 1e7}, &Prices{Input: 5, Output: 25}, ""},
		{"dollars without prices", budget.Limits{DollarsPerMonth: 100}, nil, "budget.dollars_per_month: needs prices"},
		{"unlimited dollars without prices", budget.Limits{DollarsPerMonth: budget.Unlimited()}, nil, ""},
		{"not a request", budget.Limits{TokensPerDay: 100_000}, nil, "budget.tokens_per_day: 100000 is less than the 4"},
		{"not a dear request", budget.Limits{DollarsPerDay: 1}, &Prices{Input: 5}, "budget.dollars_per_day: 1.00 is less"},
		{"negative", budget.Limits{TokensPerDay: -1}, nil, "budget.tokens_per_day: must be a number above 0"},
	} {
		target := example("t", ProfileSentinel)
		target.Budget, target.Prices = row.budget, row.prices
		errs := target.Validate()
		switch {
		case row.want == "" && len(errs) > 0:
			t.Errorf("%s: %v", row.name, errs)
		case row.want != "" && (len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), row.want)):
			t.Errorf("%s: %v, want %q", row.name, errs, row.want)
		}
	}
}

// TestHashIgnoresTheBudget: a change of it restarts nothing.
func TestHashIgnoresTheBudget(t *testing.T) {
	a, b := example("t", ProfileWatch), example("t", ProfileWatch)
	b.Budget.TokensPerDay = 1e9
	if a.Hash() != b.Hash() {
		t.Error("a target with another budget would be started anew")
	}
}
