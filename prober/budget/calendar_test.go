package budget

import (
	"testing"
	"time"
)

// TestDays: every instant of a calendar day makes the same day, also where the clocks change, and no
// instant of another.
func TestDays(t *testing.T) {
	for _, row := range []struct {
		zone, from string
		hours      int64
	}{
		{"UTC", "2026-03-28T22:00:00Z", 24},
		{"Europe/Berlin", "2026-03-28T20:00:00Z", 23},      // 02:00 becomes 03:00 on the 29th
		{"Europe/Berlin", "2026-10-24T20:00:00Z", 25},      // 03:00 becomes 02:00 on the 25th
		{"America/Havana", "2026-03-08T03:00:00Z", 23},     // midnight becomes 01:00: there is no midnight
		{"America/Havana", "2026-11-01T02:00:00Z", 25},     // 01:00 becomes midnight: there are two
		{"Australia/Lord_Howe", "2026-10-03T12:00:00Z", 0}, // half an hour
		{"Asia/Kathmandu", "2026-03-28T16:00:00Z", 24},
	} {
		z := zone(t, row.zone)
		seen := map[string]days{}
		lengths := map[int64]bool{}
		for now := at(t, row.from); now.Before(at(t, row.from).Add(75 * time.Hour)); now = now.Add(7 * time.Minute) {
			date := now.In(z).Format(time.DateOnly)
			d := dayAt(now, z)
			if before, again := seen[date]; again && before != d {
				t.Fatalf("%s: %s is %v and %v", row.zone, date, before, d)
			}
			seen[date] = d
			lengths[(d.end-d.start)/3600] = true
		}
		if row.hours > 0 && !lengths[row.hours] {
			t.Errorf("%s: no day of %d hours, but %v", row.zone, row.hours, lengths)
		}
		distinct := map[days]bool{}
		for _, d := range seen {
			distinct[d] = true
		}
		if len(distinct) != len(seen) {
			t.Errorf("%s: %d dates are %d days", row.zone, len(seen), len(distinct))
		}
	}
}

func TestRollOver(t *testing.T) {
	for _, row := range []struct {
		zone, spentAt, askedAt string
		dayIsNew, monthIsNew   bool
	}{
		{"UTC", "2026-03-10T23:59:59Z", "2026-03-11T00:00:00Z", true, false},
		{"UTC", "2026-03-10T00:00:00Z", "2026-03-10T23:59:59Z", false, false},
		{"UTC", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", true, true},
		{"UTC", "2028-02-29T12:00:00Z", "2028-03-01T00:00:00Z", true, true},
		{"Europe/Berlin", "2026-03-10T22:59:59Z", "2026-03-10T23:00:00Z", true, false},
		{"Europe/Berlin", "2026-03-31T21:59:59Z", "2026-03-31T22:00:00Z", true, true},   // summer time
		{"Europe/Berlin", "2026-10-24T22:30:00Z", "2026-10-25T22:30:00Z", false, false}, // 24 h later is the same day of 25
		{"America/Los_Angeles", "2026-04-01T06:59:59Z", "2026-04-01T07:00:00Z", true, true},
		{"America/Havana", "2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z", true, false}, // the day without a midnight
		{"America/Havana", "2026-11-01T04:30:00Z", "2026-11-01T05:30:00Z", false, true}, // the first midnight and the second
	} {
		b := bookOf(zone(t, row.zone), Limits{TokensPerDay: 100, TokensPerMonth: 150}, Limits{})
		spent := reserve(t, b, "a", at(t, row.spentAt), amount(0, 100))
		b.Settle(spent, amount(0, 100))
		c, err := b.Reserve("a", at(t, row.askedAt), amount(0, 60))
		want := row.dayIsNew && row.monthIsNew
		if got := err == nil; got != want {
			t.Errorf("%s, %s → %s: 60 tokens granted: %v, want %v (%v)", row.zone, row.spentAt, row.askedAt, got, want, err)
		}
		if err == nil {
			b.Settle(c, Amount{})
		}
		_, err = b.Reserve("a", at(t, row.askedAt), amount(0, 50))
		if got := err == nil; got != row.dayIsNew {
			t.Errorf("%s, %s → %s: 50 tokens granted: %v, want %v (%v)",
				row.zone, row.spentAt, row.askedAt, got, row.dayIsNew, err)
		}
	}
}

// TestClockIsSetBack: what was spent counts again on the day before, and still on the day itself.
func TestClockIsSetBack(t *testing.T) {
	b := bookOf(time.UTC, Limits{TokensPerDay: 100}, Limits{})
	spend := func(when string, n int64, want bool) {
		t.Helper()
		c, err := b.Reserve("a", at(t, when), amount(0, n))
		if (err == nil) != want {
			t.Fatalf("%s: %d tokens granted: %v, want %v (%v)", when, n, err == nil, want, err)
		}
		if err == nil {
			b.Settle(c, amount(0, n))
		}
	}
	spend("2026-03-10T23:00:00Z", 60, true)
	spend("2026-03-11T01:00:00Z", 70, true)  // the clock runs ahead
	spend("2026-03-10T23:10:00Z", 1, false)  // and is set back: 60 + 70 are spent
	spend("2026-03-11T00:10:00Z", 31, false) // the 11th comes again
	spend("2026-03-11T00:10:00Z", 30, true)
	spend("2026-03-12T00:00:00Z", 100, true)
	spend("2027-03-12T00:00:00Z", 40, true)  // a year ahead
	spend("2026-03-12T00:00:10Z", 1, false)  // and back
	spend("2026-03-13T00:00:00Z", 61, false) // those 40 count until then
	spend("2026-03-13T00:00:00Z", 60, true)
}

// TestZoneIsChanged: what was spent in a day that reaches into today's counts.
func TestZoneIsChanged(t *testing.T) {
	limits := Limits{TokensPerDay: 100, TokensPerMonth: 100}
	b := bookOf(time.UTC, limits, Limits{})
	c := reserve(t, b, "a", at(t, "2026-04-01T00:30:00Z"), amount(0, 100))
	b.Settle(c, amount(0, 100))
	moved := bookOf(zone(t, "America/New_York"), limits, Limits{})
	moved.Restore(b.Changes())
	for _, row := range []struct {
		when string
		want bool
	}{
		{"2026-04-01T01:00:00Z", false}, // still the evening of 31 March
		{"2026-04-01T04:00:00Z", false}, // midnight: 1 April, into which UTC's reaches
		{"2026-04-02T04:00:00Z", false}, // the day is new, the month is not
		{"2026-05-01T04:00:00Z", true},
	} {
		if _, err := moved.Reserve("a", at(t, row.when), amount(0, 1)); (err == nil) != row.want {
			t.Errorf("%s: granted: %v, want %v", row.when, err == nil, row.want)
		}
	}
}

// TestPrune: 70 days are kept, however far they lie apart, and targets that are gone go with them.
func TestPrune(t *testing.T) {
	b := bookOf(time.UTC, Limits{}, Limits{})
	stored := map[key]bool{}
	apply := func() {
		for _, c := range b.Changes() {
			if c.Gone {
				delete(stored, key{c.Scope, days{c.Start, c.End}})
			} else {
				stored[key{c.Scope, days{c.Start, c.End}}] = true
			}
		}
	}
	start := at(t, "2026-01-01T12:00:00Z")
	b.SetLimits(Limits{}, map[string]Limits{"a": {}, "gone": {}})
	b.Settle(reserve(t, b, "gone", start, amount(0, 1)), amount(0, 1))
	held := reserve(t, b, "a", start, amount(0, 1)) // outstanding for ever
	b.SetLimits(Limits{}, map[string]Limits{"a": {}})
	for i := range 100 {
		now := start.AddDate(0, 0, 3*i)
		b.Settle(reserve(t, b, "a", now, amount(0, 1)), amount(0, 1))
		apply()
		if i == keptDays-2 && !stored[key{"gone", dayAt(start, time.UTC)}] {
			t.Error("a target that is gone was forgotten too soon")
		}
	}
	if n := len(b.accounts["a"].entries); n != 100 {
		t.Errorf("%d days, want all 100 while the first is outstanding", n)
	}
	b.Settle(held, Amount{})
	reserve(t, b, "a", start.AddDate(1, 0, 0), amount(0, 1))
	apply()
	if stored[key{"gone", dayAt(start, time.UTC)}] {
		t.Error("a target that is gone is remembered for ever")
	}
	if n := len(b.accounts["a"].entries); n != keptDays {
		t.Errorf("%d days are remembered, want %d", n, keptDays)
	}
	if want := len(b.accounts["a"].entries) + len(b.accounts[Process].entries); len(stored) != want {
		t.Errorf("%d days are stored, %d remembered", len(stored), want)
	}
}
