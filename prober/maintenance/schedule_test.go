package maintenance

import (
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func hours(h float64) model.Duration { return model.Duration(h * float64(time.Hour)) }

func TestSchedule(t *testing.T) {
	sunday := []Window{{Cron: "0 2 * * SUN", Length: hours(2), Timezone: "Europe/Berlin"}}
	touching := []Window{{Cron: "0 2 * * *", Length: hours(1)}, {Cron: "30 2 * * *", Length: hours(2)}}
	for _, row := range []struct {
		name, at    string
		windows     []Window
		until, next string // empty: not in a window, nothing follows
	}{
		{"no windows", "2026-11-24T12:00:00Z", nil, "", ""},
		{"before", "2026-11-29T00:59:59Z", sunday, "", "2026-11-29T01:00:00Z"}, // Berlin is an hour ahead in winter
		{"the first instant", "2026-11-29T01:00:00Z", sunday, "2026-11-29T03:00:00Z", "2026-11-29T03:00:00Z"},
		{"between seconds", "2026-11-29T02:59:59.999Z", sunday, "2026-11-29T03:00:00Z", "2026-11-29T03:00:00Z"},
		{"the end is outside", "2026-11-29T03:00:00Z", sunday, "", "2026-12-06T01:00:00Z"},
		{"summer time", "2026-07-05T00:30:00Z", sunday, "2026-07-05T02:00:00Z", "2026-07-05T02:00:00Z"},
		{"overlapping windows are one", "2026-11-29T02:10:00Z", touching, "2026-11-29T04:30:00Z", "2026-11-29T04:30:00Z"},
		{
			"every hour of a night", "2026-11-29T02:10:00Z",
			[]Window{{Cron: "0 1-4 * * *", Length: hours(1)}},
			"2026-11-29T05:00:00Z", "2026-11-29T05:00:00Z",
		},
	} {
		s, err := New(row.windows)
		if err != nil {
			t.Fatal(err)
		}
		now := at(t, row.at)
		until, in := s.Until(now)
		if in != (row.until != "") || in && !until.Equal(at(t, row.until)) {
			t.Errorf("%s: until %s (%t), want %s", row.name, until, in, row.until)
		}
		next, some := s.Next(now)
		if some != (row.next != "") || some && !next.Equal(at(t, row.next)) {
			t.Errorf("%s: next %s (%t), want %s", row.name, next, some, row.next)
		}
	}
}

// A schedule answers alike from one change to the next, at every instant of a year with its changes of summer time.
func TestScheduleChangesAtNext(t *testing.T) {
	s, err := New([]Window{
		{Cron: "30 2 * * *", Length: hours(0.75), Timezone: "Europe/Berlin"},
		{Cron: "0 3 1 * MON", Length: hours(30), Timezone: "America/New_York"},
	})
	if err != nil {
		t.Fatal(err)
	}
	now := at(t, "2026-01-01T00:00:00Z")
	changes := 0
	for end := now.AddDate(1, 0, 0); now.Before(end); changes++ {
		next, ok := s.Next(now)
		if !ok || !next.After(now) {
			t.Fatalf("after %s comes %s (%t)", now, next, ok)
		}
		_, before := s.Until(now)
		_, just := s.Until(next.Add(-time.Nanosecond))
		if _, after := s.Until(next); just != before || after == before {
			t.Fatalf("from %s to %s: %t, %t, then %t", now, next, before, just, after)
		}
		now = next
	}
	if changes < 600 {
		t.Errorf("%d changes in a year of nights", changes)
	}
}

func TestValidate(t *testing.T) {
	for _, row := range []struct {
		window Window
		path   string // of the only problem; empty for none
	}{
		{Window{Cron: "0 2 * * SUN", Length: hours(2)}, ""},
		{Window{Cron: "0 2 29 2 *", Length: hours(2)}, ""},                // every four years
		{Window{Cron: "0 2 * * SUN", Length: hours(24 * 7)}, "length"},    // from Sunday to Sunday
		{Window{Cron: "*/5 * * * *", Length: hours(0.1)}, "length"},       // always
		{Window{Cron: "*/5 * * * *", Length: hours(0.05)}, ""},            //
		{Window{Cron: "0 2 30 2 *", Length: hours(2)}, "cron"},            // never
		{Window{Cron: "0 2 * *", Length: hours(2)}, "cron"},               // four fields
		{Window{Cron: "0 0 2 * * *", Length: hours(2)}, "cron"},           // six
		{Window{Cron: "0 25 * * *", Length: hours(2)}, "cron"},            // no such hour
		{Window{Cron: "@every 5m", Length: hours(0.01)}, "cron"},          // no calendar
		{Window{Cron: "@daily", Length: hours(1)}, "cron"},                // no field of its own is simpler
		{Window{Cron: "TZ=UTC", Length: hours(1)}, "cron"},                // would make the parser panic
		{Window{Cron: "CRON_TZ=UTC 0 2 * * *", Length: hours(1)}, "cron"}, // two ways to say it
		{Window{Length: hours(1)}, "cron"},
		{Window{Cron: "0 2 * * *"}, "length"},
		{Window{Cron: "0 2 * * *", Length: hours(-1)}, "length"},
		{Window{Cron: "0 2 * * *", Length: hours(24 * 8)}, "length"},
		{Window{Cron: "0 2 * * *", Length: hours(1), Timezone: "Mars"}, "timezone"},
	} {
		errs := row.window.Validate()
		if row.path == "" && len(errs) > 0 || row.path != "" && (len(errs) != 1 || errs[0].Path != row.path) {
			t.Errorf("%+v: %v, want a problem at %q", row.window, errs, row.path)
		}
	}
}

func FuzzValidate(f *testing.F) {
	f.Add("0 2 * * SUN", int64(time.Hour))
	f.Add("TZ= ", int64(1))
	f.Fuzz(func(t *testing.T, expression string, length int64) {
		w := Window{Cron: expression, Length: model.Duration(length)}
		if len(w.Validate()) > 0 {
			return
		}
		if _, err := New([]Window{w}); err != nil {
			t.Fatalf("valid, and yet %v", err)
		}
	})
}
