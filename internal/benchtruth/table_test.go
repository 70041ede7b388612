//go:build linux

package main

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestJoin(t *testing.T) {
	f := flags{bracket: 50 * time.Microsecond}
	p := plan{Streams: 4, Events: 2, Rate: 10}
	truth := []streamTruth{
		{"a", writeTime{1_000_000, 1_010_000}, writeTime{9_000_000, 9_020_000}, receipt{}},
		{"b", writeTime{2_000_000, 2_060_000}, writeTime{8_000_000, 8_010_000}, receipt{}}, // its first write took too long
		{"c", writeTime{3_000_000, 3_010_000}, writeTime{9_000_000, 9_010_000}, receipt{}},
	}
	r := report{Idle: 8192, CPU: 0.5, Streams: []streamReport{
		{ID: "a", First: 1_004_000, Read: 1_100_000, Last: 9_003_000, Events: 2, ScheduleLag: 70_000},
		{ID: "b", First: 2_004_000, Read: 2_100_000, Last: 8_005_000, Events: 2, ScheduleLag: -1},
		{ID: "c", First: 3_004_000, Events: 1, Error: "cut"},                     // no sample, but its event cost time
		{ID: "d", First: 3_004_000, Last: 3_005_000, Events: 2, ScheduleLag: -1}, // unknown to the responder
	}}
	x := f.join(p, "firsttoken", r, truth)
	if x.held != 2 || len(x.ttft) != 1 || x.dropped != 1 || len(x.last) != 2 || len(x.schedule) != 2 {
		t.Errorf("held %d, samples %d (%d), last %v, schedule %v", x.held, len(x.ttft), x.dropped, x.last, x.schedule)
	}
	if x.ttft[0] != 4 || x.read[0] != 100 || x.last[1] != 5 || x.perStream != 2 {
		t.Errorf("error %v, had it %v, last %v, %v KiB", x.ttft, x.read, x.last, x.perStream)
	}
	if math.Abs(x.cpuPerMillion-0.5/7*1e6) > 1e-6 {
		t.Errorf("%v s per million", x.cpuPerMillion)
	}
	for _, table := range []struct {
		columns, row []string
		want         string
	}{
		{errorColumns(), x.errors(), "| 4 / 4 / 4 |"},
		{costColumns(), x.costs(x.cpuPerMillion / 2), "| 2.00 |"},
	} {
		if row := line(table.row...); len(table.row) != len(table.columns) || !strings.Contains(row, table.want) {
			t.Errorf("%s\n%s", heading(table.columns), row)
		}
	}
}

func TestQuantiles(t *testing.T) {
	var hundred []float64
	for i := range 100 {
		hundred = append(hundred, float64(100-i))
	}
	for _, row := range []struct {
		values []float64
		want   string
	}{
		{nil, "–"},
		{[]float64{7}, "7 / 7 / 7"},
		{hundred, "51 / 100 / 100"},
		{[]float64{3, -40, -7}, "-7 / -40 / -40"}, // too early is an error like too late
	} {
		if got := quantiles(row.values, .5, .99, 1); got != row.want {
			t.Errorf("%d values: %s, want %s", len(row.values), got, row.want)
		}
	}
}

func TestPlans(t *testing.T) {
	plans, err := flags{streams: "10, 5000", seconds: 4, rate: 25, plain: true, secure: true}.plans()
	if err != nil || len(plans) != 4 || plans[1].Rate != 20 || plans[1].Events != 80 ||
		plans[0].Secure || !plans[3].Secure {
		t.Errorf("%+v, %v", plans, err)
	}
	for _, p := range plans {
		if p.Delay <= p.Ramp { // all must be waiting before the first token of any
			t.Errorf("%d streams: first tokens after %v, the ramp takes %v", p.Streams, p.Delay, p.Ramp)
		}
	}
	if _, err := (flags{streams: "10,x", plain: true}).plans(); err == nil {
		t.Error("x was read as a number of streams")
	}
}

// TestClock: an instant of this process converts to CLOCK_MONOTONIC, which all processes share.
func TestClock(t *testing.T) {
	c := newClock()
	before := monotonic()
	at := c.nanoseconds(time.Now())
	if after := monotonic(); at < before-10_000 || at > after+10_000 { // 10 µs for the pairing
		t.Errorf("%d is not between %d and %d", at, before, after)
	}
}
