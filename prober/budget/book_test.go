package budget

import (
	"errors"
	"testing"
	"time"

	_ "time/tzdata" // the zones of the tests, on any machine
)

// at reads an instant.
func at(t *testing.T, s string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// dollars and tokens of a test are whole ones.
func amount(dollars, tokens int64) Amount { return Amount{Money(dollars * dollar), tokens} }

// bookOf has one target, "a", and a process, with the given caps.
func bookOf(z *time.Location, own, process Limits) *Book {
	b := NewBook(z)
	b.SetLimits(process, map[string]Limits{"a": own})
	return b
}

func reserve(t *testing.T, b *Book, target string, now time.Time, worst Amount) *Claim {
	t.Helper()
	c, err := b.Reserve(target, now, worst)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReserve(t *testing.T) {
	noon := at(t, "2026-03-10T12:00:00Z")
	for _, row := range []struct {
		name         string
		own, process Limits
		spent, ask   Amount
		refusedBy    string // "scope key"; empty is granted
	}{
		{"no caps", Limits{}, Limits{}, amount(1000, 1e9), amount(1000, 1e9), ""},
		{"lifted caps", Limits{DollarsPerDay: Unlimited()}, Limits{}, amount(1000, 0), amount(1, 0), ""},
		{"exactly all that is left", Limits{DollarsPerDay: 10}, Limits{}, amount(8, 0), amount(2, 0), ""},
		{"a billionth more", Limits{DollarsPerDay: 10}, Limits{}, amount(8, 0), Amount{2*dollar + 1, 0}, "a dollars_per_day"},
		{"dollars a month", Limits{DollarsPerMonth: 10}, Limits{}, amount(8, 0), amount(3, 0), "a dollars_per_month"},
		{"tokens a day", Limits{TokensPerDay: 1000}, Limits{}, amount(0, 999), amount(0, 2), "a tokens_per_day"},
		{"tokens a month", Limits{TokensPerMonth: 1000}, Limits{}, amount(0, 999), amount(0, 2), "a tokens_per_month"},
		{"the process", Limits{}, Limits{TokensPerDay: 1000}, amount(0, 999), amount(0, 2), " tokens_per_day"},
		{"both", Limits{TokensPerDay: 1}, Limits{TokensPerDay: 1}, Amount{}, amount(0, 2), "a tokens_per_day"},
		{"free requests pass a spent cap in dollars", Limits{DollarsPerDay: 10}, Limits{}, amount(10, 0), amount(0, 5), ""},
		{"an overflow", Limits{TokensPerDay: 1000}, Limits{}, Amount{0, 1<<63 - 1}, amount(0, 1), "a tokens_per_day"},
		{"a request that would pay back", Limits{TokensPerDay: 1000}, Limits{}, amount(0, 1000), amount(0, -5), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := bookOf(time.UTC, row.own, row.process)
			b.Restore([]Charge{
				{Scope: "a", Start: dayAt(noon, time.UTC).start, End: dayAt(noon, time.UTC).end, Amount: row.spent},
				{Scope: Process, Start: dayAt(noon, time.UTC).start, End: dayAt(noon, time.UTC).end, Amount: row.spent},
			})
			_, err := b.Reserve("a", noon, row.ask)
			got := ""
			if full, ok := errors.AsType[*Exhausted](err); ok {
				got = full.Scope + " " + full.Cap.Key()
			}
			if got != row.refusedBy {
				t.Errorf("refused by %q (%v), want %q", got, err, row.refusedBy)
			}
			if row.refusedBy != "" && charged(b, "a", noon) != row.spent {
				t.Errorf("a refusal was charged: %v", charged(b, "a", noon))
			}
		})
	}
}

// charged is what a scope has been charged with on a day.
func charged(b *Book, scope string, now time.Time) Amount {
	settled, outstanding := b.accounts[scope].since(dayAt(now, b.zone).start)
	return settled.Plus(outstanding)
}

func TestReserveOfStrangers(t *testing.T) {
	b := bookOf(time.UTC, Limits{}, Limits{})
	var unknown *Unknown
	if _, err := b.Reserve("b", time.Unix(0, 0), Amount{}); !errors.As(err, &unknown) {
		t.Errorf("a target without a budget: %v", err)
	}
	b.SetLimits(Limits{}, nil)
	if _, err := b.Reserve("a", time.Unix(0, 0), Amount{}); !errors.As(err, &unknown) {
		t.Errorf("a target that was taken away: %v", err)
	}
}

func TestExhaustedText(t *testing.T) {
	now := at(t, "2026-03-10T12:00:00Z")
	b := bookOf(zone(t, "Europe/Berlin"), Limits{DollarsPerDay: 10}, Limits{TokensPerMonth: 100})
	reserve(t, b, "a", now, amount(9, 50))
	_, err := b.Reserve("a", now, amount(2, 1))
	want := `the budget of target "a" has no room: 9.00 of 10.00 dollars a day are charged, and the request may ` +
		`use 2.00; it begins anew at 2026-03-11T00:00:00+01:00`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	_, err = b.Reserve("a", now, amount(0, 60))
	want = `the budget of the process has no room: 50 of 100 tokens a month are charged, and the request may use 60; ` +
		`it begins anew at 2026-04-01T00:00:00+02:00`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestSettle(t *testing.T) {
	now := at(t, "2026-03-10T23:59:59Z")
	b := bookOf(time.UTC, Limits{TokensPerDay: 100}, Limits{})
	c := reserve(t, b, "a", now, amount(1, 60))
	if _, err := b.Reserve("a", now, amount(0, 41)); err == nil {
		t.Error("what is outstanding was given away twice")
	}
	if b.Settle(c, amount(0, 10)) {
		t.Error("10 of 60 are said to be beyond the worst case")
	}
	b.Settle(c, amount(1, 7)) // too late
	for _, scope := range []string{"a", Process} {
		if got := charged(b, scope, now); got != amount(0, 10) {
			t.Errorf("%q is charged with %v, want 10 tokens", scope, got)
		}
	}
	c = reserve(t, b, "a", now, amount(0, 20))
	if !b.Settle(c, amount(0, 50)) {
		t.Error("50 of 20 are not said to be beyond the worst case")
	}
	if got := charged(b, "a", now); got != amount(0, 60) {
		t.Errorf("charged with %v, want 60 tokens", got)
	}
	c = reserve(t, b, "a", now, amount(0, 5))
	b.Settle(c, amount(-3, -3))
	if got := charged(b, "a", now); got != amount(0, 60) {
		t.Errorf("a negative cost made it %v", got)
	}
}

// TestSettleTomorrow: a request counts on the day on which it was sent.
func TestSettleTomorrow(t *testing.T) {
	monday := at(t, "2026-03-31T23:59:59Z")
	b := bookOf(time.UTC, Limits{TokensPerDay: 100}, Limits{})
	c := reserve(t, b, "a", monday, amount(0, 60))
	tuesday := monday.Add(2 * time.Second)
	reserve(t, b, "a", tuesday, amount(0, 100))
	b.Settle(c, amount(0, 7))
	if got := charged(b, "a", tuesday); got != amount(0, 100) {
		t.Errorf("the new day is charged with %v", got)
	}
	if got := charged(b, "a", monday); got != amount(0, 107) { // a day counts what comes after it, too
		t.Errorf("both days are charged with %v", got)
	}
}

func TestLevels(t *testing.T) {
	now := at(t, "2026-03-10T12:00:00Z")
	b := bookOf(time.UTC, Limits{TokensPerDay: 100}, Limits{TokensPerMonth: 1000})
	level := func(want Level, why string) {
		t.Helper()
		if got := b.Level("a", now); got != want {
			t.Errorf("%s: the level is %s, want %s", why, got, want)
		}
	}
	level(Normal, "nothing spent")
	c := reserve(t, b, "a", now, amount(0, 90))
	level(Normal, "90 % outstanding")
	b.Settle(c, amount(0, 79))
	level(Normal, "79 %")
	b.Settle(reserve(t, b, "a", now, amount(0, 20)), amount(0, 1))
	level(Reduced, "80 %")
	if _, err := b.Reserve("a", now, amount(0, 21)); err == nil {
		t.Fatal("granted")
	}
	level(Stopped, "the last request had no room")
	c = reserve(t, b, "a", now, amount(0, 20))
	level(Reduced, "a smaller one has")
	b.Settle(c, amount(0, 20))
	level(Stopped, "100 %")
	now = at(t, "2026-03-11T00:00:00Z")
	level(Normal, "a new day")
	b.SetLimits(Limits{TokensPerMonth: 120}, map[string]Limits{"a": {}})
	level(Reduced, "of the process, in the month")
	b.SetLimits(Limits{}, nil)
	level(Stopped, "taken away")
}

func TestStates(t *testing.T) {
	now := at(t, "2026-03-10T12:00:00Z")
	b := bookOf(time.UTC, Limits{DollarsPerDay: 10, TokensPerDay: 100}, Limits{})
	b.Settle(reserve(t, b, "a", now, amount(9, 10)), amount(8, 10))
	reserve(t, b, "a", now, amount(1, 5))
	first := b.States(now)
	b.States(now.Add(time.Hour))
	if _, err := b.Reserve("a", now.Add(2*time.Hour), amount(2, 1)); err == nil {
		t.Fatal("granted")
	}
	states := b.States(now.Add(3 * time.Hour))
	if len(states) != 8 || states[0].Scope != Process || states[4].Scope != "a" {
		t.Fatalf("states of %+v", states)
	}
	want := State{
		Scope: "a", Cap: Cap{InDollars, Day}, Limit: 10, Spent: 9, Settled: 8, Level: Reduced, Since: now,
		BeginsNew: at(t, "2026-03-11T00:00:00Z"),
	}
	if first[4] != want {
		t.Errorf("got  %+v\nwant %+v", first[4], want)
	}
	want.Level, want.Since = Stopped, now.Add(3*time.Hour)
	if states[4] != want {
		t.Errorf("got  %+v\nwant %+v", states[4], want)
	}
	april := at(t, "2026-04-01T00:00:00Z")
	if s := states[5]; s.Level != Normal || !Limit(s.Limit).IsUnlimited() || !s.BeginsNew.Equal(april) {
		t.Errorf("without a cap: %+v", s)
	}
}
