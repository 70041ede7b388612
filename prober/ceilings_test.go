package prober

import (
	"strings"
	"testing"
	"time"
)

func TestExcess(t *testing.T) {
	end := time.Date(2026, 12, 1, 18, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		profile string
		change  func(*Target)
		want    string // the keys that are refused
	}{
		{"sentinel by default", ProfileSentinel, func(*Target) {}, ""},
		{"watch by default", ProfileWatch, func(*Target) {}, ""},
		{"load by default", ProfileLoad, func(x *Target) { x.Load.Until = end }, ""},
		{"sentinel at its ceiling", ProfileSentinel, func(x *Target) { x.Load.TokensPerMinute = 200_000 }, ""},
		{"sentinel above", ProfileSentinel, func(x *Target) { x.Load.TokensPerMinute = 200_001 }, "load.tokens_per_minute"},
		{"watch at its ceiling", ProfileWatch, func(x *Target) {
			x.Load.TokensPerMinute, x.Load.Until = 2.5e6, end
		}, ""},
		{"watch above", ProfileWatch, func(x *Target) {
			x.Load.TokensPerMinute, x.Load.Until = 2_500_001, end
		}, "load.tokens_per_minute"},
		{"no profile is watch", ProfileWatch, func(x *Target) {
			x.Load.Profile, x.Load.TokensPerMinute, x.Load.Until = "", 3e6, end
		}, "load.tokens_per_minute"},
		{"load at its ceiling", ProfileLoad, func(x *Target) {
			x.Load.TokensPerMinute, x.Load.Until = 50e6, end
		}, ""},
		{"load above", ProfileLoad, func(x *Target) {
			x.Load.TokensPerMinute, x.Load.Until = 50_000_001, end
		}, "load.tokens_per_minute"},
		{"a million without an end", ProfileWatch, func(x *Target) { x.Load.TokensPerMinute = 1e6 }, ""},
		{"more without an end", ProfileWatch, func(x *Target) { x.Load.TokensPerMinute = 1_000_001 }, "load.until"},
		{"22 billion dollars a day", ProfileWatch, func(x *Target) {
			x.Load.TokensPerMinute, x.Load.MaxInFlight = 1e12, 100_000
		}, "load.tokens_per_minute load.until load.max_in_flight"},
		{"in flight", ProfileWatch, func(x *Target) { x.Load.MaxInFlight = 1025 }, "load.max_in_flight"},
		{"sessions", ProfileWatch, func(x *Target) { x.Load.MaxSessions = 1025 }, "load.max_sessions"},
		{"a window of two million", ProfileWatch, func(x *Target) { x.Workload.Limit = 2_000_000 }, ""},
		{"a prompt of 17 MiB", ProfileWatch, func(x *Target) { x.Workload.Limit = 3_800_000 }, "workload.limit"},
		{"long words", ProfileWatch, func(x *Target) {
			x.Workload.Limit, x.Workload.TokensPerWord = 1_000_000, 0.25
		}, "workload.limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := example("t", c.profile)
			c.change(&target)
			var keys []string
			for _, e := range target.Excess() {
				keys = append(keys, e.Path)
			}
			if got := strings.Join(keys, " "); got != c.want {
				t.Errorf("refused: %q, want %q", got, c.want)
			}
		})
	}
}
