//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets this binary play the responder and the clients, as the program does.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := playRole(context.Background(), role); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestBodies runs the part about large bodies with few requests. It builds and starts the daemon, which takes seconds:
// with -short the epoll client alone sends a body of its own.
func TestBodies(t *testing.T) {
	f := flags{
		bodies: "45000,200000", requests: 4, perSecond: 400, rate: 1000, bracket: time.Hour, clients: "epoll",
	}
	if !testing.Short() {
		var err error
		if f.binary, err = buildDaemon(t.Context(), t.TempDir()); err != nil {
			t.Fatal(err)
		}
	}
	plans, err := f.bodyPlans()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plans {
		p.Delay = 20 * time.Millisecond
		for _, r := range rowsOf(t, f, p) {
			f.checkSane(t, r)
		}
	}
}

// checkSane judges no duration: this machine may be busy.
func (f flags) checkSane(t *testing.T, r bodyRow) {
	t.Helper()
	if len(r.ttft) != f.requests || len(r.took) != f.requests || r.dropped != 0 {
		t.Fatalf("%s at %d: %d first tokens, %d uploads of %d requests", r.client, r.tokens, len(r.ttft),
			len(r.took), f.requests)
	}
	if r.bytes < int64(4*r.tokens) || r.bytes > int64(6*r.tokens) {
		t.Errorf("%s at %d: a body of %d bytes", r.client, r.tokens, r.bytes)
	}
	for what, values := range map[string][]float64{
		"a request arrived before it began":         r.wire,
		"a request ended before it began to arrive": r.took,
		"a first token came before it was written":  r.ttft,
	} {
		if early := slices.Min(values); early < -100 { // µs; clocks are paired within 10
			t.Errorf("%s at %d: %s, by %v µs", r.client, r.tokens, what, -early)
		}
	}
}

// rowsOf runs the clients that a test can afford on one plan.
func rowsOf(t *testing.T, f flags, p plan) []bodyRow {
	t.Helper()
	file := filepath.Join(t.TempDir(), "body")
	if testing.Short() {
		if err := os.WriteFile(file, bytes.Repeat([]byte("word "), p.Tokens), 0o600); err != nil {
			t.Fatal(err)
		}
		p.Body = file
		r, truth, err := runClient(t.Context(), "epoll", "", p)
		if err != nil {
			t.Fatal(err)
		}
		return []bodyRow{f.joinBodies(p, "epoll", r, truth)}
	}
	p.Keep, p.Ramp = file, time.Second // the daemon's load is a rate, and it needs a second to start
	rows, err := f.bodyGroup(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestJoinBodies(t *testing.T) {
	f, p := flags{bracket: 50 * time.Microsecond}, plan{Tokens: 45000, Events: 2}
	truth := []streamTruth{
		{"a", writeTime{9_000_000, 9_010_000}, writeTime{}, receipt{1_050_000, 3_000_000, 200_000}},
		{"b", writeTime{9_000_000, 9_900_000}, writeTime{}, receipt{1_070_000, 4_000_000, 210_000}}, // a long write
		{"c", writeTime{9_000_000, 9_010_000}, writeTime{}, receipt{0, 4_000_000, 100}},             // no stamp
	}
	var r report
	for _, id := range []string{"a", "b", "c", "unknown"} {
		r.Streams = append(r.Streams, streamReport{
			ID: id, Events: 2, Start: 1_000_000, Sent: 2_990_000, First: 9_020_000,
		})
	}
	r.Streams = append(r.Streams, streamReport{ID: "a", Events: 1}) // it did not end well
	got := f.joinBodies(p, "epoll", r, truth).cells()
	want := []string{
		"45000", "210", "epoll", "70 / 70 / 70", "-1010 / -1010 / -1010", "2930 / 2930", "-940 / -940 / -940", "2",
		"20 / 20 / 20", "2 (1)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(got) != len(bodyColumns()) {
		t.Errorf("%d cells below %d columns", len(got), len(bodyColumns()))
	}
}

// TestDocument: tables go between their marks, and all else stays.
func TestDocument(t *testing.T) {
	path := filepath.Join(t.TempDir(), "doc.md")
	const before = "Text.\n\n<!-- benchtruth: bodies -->\n\n| old |\n\n<!-- /benchtruth -->\n\nMore.\n" +
		"<!-- benchtruth: run -->\nold\n<!-- /benchtruth -->\n"
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := openDocument(path)
	if err != nil {
		t.Fatal(err)
	}
	d.set("bodies", table{{"a", "bé"}, {"HTTP", "1"}, {"TLS", "$1"}}.where("TLS").aligned())
	d.set("run", nil) // was not run
	if err := d.save(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	want := strings.Replace(before, "| old |", "| a   | bé |\n|-----|----|\n| TLS | $1 |", 1)
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	if d.set("elsewhere", []string{"x"}); d.save() == nil {
		t.Error("a place that the document lacks was accepted")
	}
}

// TestPlacesInTheDocument: docs/accuracy.md has a place for every table, so that a long run does not end in vain.
func TestPlacesInTheDocument(t *testing.T) {
	d, err := openDocument("../../docs/accuracy.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{"run", "errors-HTTP", "errors-TLS", "costs-HTTP", "costs-TLS", "bodies"} {
		if d.set(place, []string{"x"}); d.err != nil {
			t.Error(d.err)
		}
	}
}
