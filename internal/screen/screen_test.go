package screen

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// twoTargets have run, and one has answered.
func twoTargets(t *testing.T) *history.History {
	t.Helper()
	h := history.New()
	for _, name := range []string{"second", "first"} {
		h.Observe(prober.Started{Target: prober.Target{Name: name}})
	}
	start := time.Now()
	h.Observe(prober.Result{Target: "first", Scheduled: start, Exchange: chat.Exchange{
		Instants: chat.Instants{
			Started: start, Connected: start, FirstToken: start.Add(time.Second), End: start.Add(2 * time.Second),
		},
		Outcome: chat.OK,
	}})
	return h
}

func shownOn(out *strings.Builder) *Screen {
	return New(Options{
		Out: out, Title: "a title", Order: []string{"first", "second"},
		Notes:     []string{"a note"},
		InFlight:  func(string) int64 { return 7 },
		Incidents: func() []Incident { return nil },
		Coming:    func() string { return "" },
	})
}

// TestLines checks what a log file or a pipe gets: a heading, and a line for each target after 5 s, then every
// 10 s, and at the end.
func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		s := shownOn(&out)
		if _, ok := s.Logger(); ok {
			t.Error("the log would not be seen")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 16*time.Second)
		defer cancel()
		s.Show(ctx, twoTargets(t), []string{"127.0.0.1:9977"})
		lines := strings.Split(out.String(), "\n")
		if lines[0] != "a title" || lines[1] != "a note" ||
			lines[2] != "The page is http://127.0.0.1:9977/ and the series are http://127.0.0.1:9977/metrics" {
			t.Errorf("begins with\n%s", out.String())
		}
		var at []string
		for _, line := range lines[3:] {
			if strings.HasPrefix(line, "Your own endpoint") {
				break
			}
			if f := strings.Fields(line); len(f) > 1 {
				at = append(at, f[0]+" "+f[1])
			}
		}
		const want = "5s first, 5s second, 15s first, 15s second, 16s first, 16s second"
		if got := strings.Join(at, ", "); got != want {
			t.Errorf("lines at %s, want %s", got, want)
		}
	})
}

// TestPicture checks that a terminal is redrawn all the time, and that the last state stays after it is closed.
func TestPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		s := shownOn(&out)
		s.terminal = &terminal{w: &out, size: func() (int, int) { return 80, 24 }}
		log, ok := s.Logger()
		if !ok {
			t.Error("the log would be drawn over")
		}
		log.Warn("turn failed", "target", "first")
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		s.Show(ctx, twoTargets(t), nil)
		drawn, left, _ := strings.Cut(out.String(), "\x1b[?1049l")
		if n := strings.Count(drawn, "a title"); n != 10 && n != 11 { // at its very end there is a choice
			t.Errorf("drawn %d times in 2.5 s, want every 250 ms", n)
		}
		for _, want := range []string{"ran 2s", "7 in flight", "turn failed", "a note"} {
			if !strings.Contains(left, want) {
				t.Errorf("%q is missing from what stays:\n%s", want, left)
			}
		}
		if first, second := strings.Index(left, "first"), strings.Index(left, "second"); first > second {
			t.Error("not in the order of the options")
		}
	})
}
