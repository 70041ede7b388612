package pages

import (
	"slices"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
)

func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		name    string
		summary history.Summary
		want    []string
	}{
		{name: "nothing", summary: history.Summary{State: history.Steady, Wait: 3 * time.Second}},
		{
			name:    "a hang",
			summary: history.Summary{State: history.Waiting, Wait: 40 * time.Second},
			want:    []string{"no answer for 40 s"},
		},
		{
			name: "left alone",
			summary: history.Summary{
				PausedSince:      time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC),
				MaintenanceUntil: time.Date(2026, 11, 29, 4, 0, 0, 0, time.FixedZone("", 3600)),
			},
			want: []string{"paused since 2026-11-24 09:30 UTC", "in maintenance until 2026-11-29 03:00 UTC"},
		},
		{
			name:    "no usage",
			summary: history.Summary{NoUsage: 3},
			want:    []string{"3 answers brought no usage: their tokens are estimates, and they have no rate and no price"},
		},
		{
			name:    "a proxy and a fallback",
			summary: history.Summary{NotStreamed: 7, OtherModel: "<tiny>"},
			want: []string{
				"7 answers came at once: something between you and the engine buffers",
				"answered by another model: <tiny>", // the template escapes it
			},
		},
	} {
		if got := warnings(c.summary); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
