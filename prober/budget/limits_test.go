package budget

import (
	"math"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestLimitsInYAML(t *testing.T) {
	var l Limits
	file := "{dollars_per_day: 12.5, tokens_per_month: unlimited, tokens_per_day: 3e6}"
	if err := yaml.Unmarshal([]byte(file), &l); err != nil {
		t.Fatal(err)
	}
	if want := (Limits{DollarsPerDay: 12.5, TokensPerDay: 3e6, TokensPerMonth: Unlimited()}); l != want {
		t.Errorf("read %+v, want %+v", l, want)
	}
	text, err := yaml.Marshal(l)
	if err != nil || string(text) != "dollars_per_day: 12.5\ntokens_per_day: 3e+06\ntokens_per_month: unlimited\n" {
		t.Errorf("written as %s, %v", text, err)
	}
	for _, bad := range []string{"0", "-1", ".nan", ".inf", "much", "[1]", "{a: 1}", "true"} {
		err := yaml.Unmarshal([]byte("{dollars_per_day: "+bad+"}"), &l)
		if err == nil || !strings.Contains(err.Error(), notALimit) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestLimitsValidate(t *testing.T) {
	bad := Limits{DollarsPerDay: -1, TokensPerMonth: Limit(math.NaN()), TokensPerDay: 5, DollarsPerMonth: Unlimited()}
	errs := bad.Validate()
	if len(errs) != 2 || errs[0].Path != "dollars_per_day" || errs[1].Path != "tokens_per_month" {
		t.Errorf("%v", errs)
	}
}

func TestDefaults(t *testing.T) {
	inf, day := Unlimited(), Expected{Dollars: 10, Tokens: 1000}
	for _, row := range []struct {
		name     string
		set      Limits
		expected Expected
		want     Limits
	}{
		{"multiples", Limits{}, day, Limits{30, 620, 3000, 62_000}},
		{"no prices", Limits{}, Expected{Tokens: 1000}, Limits{0, 0, 3000, 62_000}},
		{"what is set stays", Limits{DollarsPerDay: 5, TokensPerMonth: 7}, day, Limits{5, 155, 3000, 7}},
		{"a lifted day lifts its month", Limits{TokensPerDay: inf}, day, Limits{30, 620, inf, inf}},
		{"ten requests at least", Limits{}, Expected{0.1, 1000, amount(2, 500)}, Limits{20, 20, 5000, 62_000}},
	} {
		if got := row.set.Or(row.expected); got != row.want {
			t.Errorf("%s: %+v, want %+v", row.name, got, row.want)
		}
	}
}

func TestDefaultsOfTheProcess(t *testing.T) {
	targets := []Limits{{1, 10, 100, 1000}, {2, Unlimited(), 200, 0}}
	if got, want := (Limits{TokensPerDay: 7}).OrSum(targets), (Limits{3, Unlimited(), 7, 1000}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := (Limits{}).OrSum(nil); got != (Limits{}) {
		t.Errorf("without targets: %+v", got)
	}
}

func TestMoney(t *testing.T) {
	for _, row := range []struct {
		dollars float64
		want    Money
	}{
		{1, 1e9},
		{0, 0},
		{-1, 0},
		{math.NaN(), 0},
		{math.Inf(1), math.MaxInt64},
		{1e300, math.MaxInt64},
		{1e-12, 1}, // rounded up
	} {
		if got := Dollars(row.dollars); got != row.want {
			t.Errorf("$%v is %d, want %d", row.dollars, got, row.want)
		}
	}
	if got := Price(1_000_000, 3.5); got != 3.5*dollar {
		t.Errorf("a million tokens at $3.50 are %d", got)
	}
	if got := Price(7, 1); got != 7000 {
		t.Errorf("seven tokens at $1 a million are %d", got)
	}
	if got := Price(-5, 3.5) + Price(5, -3.5); got != 0 {
		t.Errorf("negative tokens or prices are %d", got)
	}
	most := Limits{DollarsPerDay: 0.1 + 0.2}
	if got, ok := most.most(Cap{InDollars, Day}); !ok || got != 300_000_000 {
		t.Errorf("a cap of $0.30 is %d", got)
	}
}
