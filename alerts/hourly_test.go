package alerts

import (
	"regexp"
	"slices"
	"testing"
	"time"
)

// TestHourlyRecords: an instant query looks back five minutes, so what is recorded each hour is read over a range.
func TestHourlyRecords(t *testing.T) {
	var hourly []string
	for _, g := range Groups(Defaults()) {
		for _, r := range g.Rules {
			if time.Duration(g.Interval) > 5*time.Minute {
				hourly = append(hourly, r.Record)
			}
		}
	}
	if len(hourly) == 0 {
		t.Fatal("no group is evaluated each hour")
	}
	read := regexp.MustCompile(`([a-z_]+:[\w:]+)(\{[^}]*\})?(\[)?`)
	for _, g := range Groups(Defaults()) {
		for _, r := range g.Rules {
			for _, m := range read.FindAllStringSubmatch(r.Expr, -1) {
				sameGroup := time.Duration(g.Interval) > 5*time.Minute // it was recorded a moment ago
				if slices.Contains(hourly, m[1]) && m[3] == "" && !sameGroup {
					t.Errorf("%s%s reads %s at an instant, which is there five minutes of an hour", r.Record, r.Alert, m[1])
				}
			}
		}
	}
}
