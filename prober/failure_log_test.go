package prober

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// logLine is a line of the log as far as these tests look at it.
type logLine struct {
	Time   time.Time `json:"time"`
	Msg    string    `json:"msg"`
	Target string    `json:"target"`
	Failed int       `json:"failed"`
	Causes string    `json:"causes"`
}

func (l logLine) String() string {
	switch {
	case l.Causes != "":
		return fmt.Sprintf("%s %d: %s", l.Msg, l.Failed, l.Causes)
	case l.Failed > 0:
		return fmt.Sprintf("%s %d", l.Msg, l.Failed)
	}
	return l.Msg
}

func logLines(t *testing.T, text string) (all []logLine) {
	t.Helper()
	for line := range strings.Lines(text) {
		var l logLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, l)
	}
	return all
}

// One second after the other a turn succeeds or fails: o is a good one, t a timeout, r refused, a space none.
func TestFailureLog(t *testing.T) {
	for _, c := range []struct {
		name  string
		turns string
		want  []string // second and line
	}{
		{"good turns are not worth a line", strings.Repeat("o", 100), nil},
		{"the first failure is", "ot" + strings.Repeat(" ", 100), []string{"1 turn failed"}},
		{
			"then one line a minute", strings.Repeat("t", 130),
			[]string{
				"0 turn failed", "60 turns failed 59: timeout 59", "120 turns failed 60: timeout 60",
				"130 turns failed 10: timeout 10",
			},
		},
		{
			"counts by cause, the most frequent first", "t" + strings.Repeat("tr r", 10) + strings.Repeat(" ", 30),
			[]string{"0 turn failed", "60 turns failed 30: refused/dns 20, timeout 10"},
		},
		{
			"a single failure has its own line", "tt" + strings.Repeat(" ", 70),
			[]string{"0 turn failed", "60 turn failed"},
		},
		{
			"it succeeds again, a minute after the last line", "tttoooo" + strings.Repeat("o", 120),
			[]string{"0 turn failed", "60 turns failed 2: timeout 2", "120 turns succeed again 3"},
		},
		{
			"rare turns do not wait a minute more", "t" + strings.Repeat(" ", 180) + "o" + strings.Repeat(" ", 180) + "t",
			[]string{"0 turn failed", "181 turns succeed again 1", "362 turn failed"},
		},
		{
			"a target that flaps has one line a minute, too", strings.Repeat("to", 90),
			[]string{
				"0 turn failed", "60 turns failed 29: timeout 29", "120 turns failed 30: timeout 30",
				"180 turns failed 30: timeout 30",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := failureLines(t, c.turns); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func failureLines(t *testing.T, turns string) (lines []string) {
	t.Helper()
	var text bytes.Buffer
	f := failureLog{log: slog.New(slog.NewJSONHandler(&text, nil)), target: "a"}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	seen := func(second int) {
		for _, l := range logLines(t, text.String()) {
			lines = append(lines, fmt.Sprint(second, " ", l))
		}
		text.Reset()
	}
	for i, turn := range turns {
		now := start.Add(time.Duration(i) * time.Second)
		if at, ok := f.next(); ok && !at.After(now) {
			f.flush(now)
		}
		switch turn {
		case 'o':
			f.succeeded(now)
		case 't':
			f.failed(failedWith(chat.Timeout, ""), now)
		case 'r':
			f.failed(failedWith(chat.Refused, "dns"), now)
		}
		seen(i)
	}
	f.stop(start.Add(time.Duration(len(turns)) * time.Second))
	seen(len(turns))
	return lines
}

func failedWith(o chat.Outcome, c chat.Cause) Result {
	return Result{Target: "a", Exchange: chat.Exchange{Outcome: o, Cause: c, Err: errors.New("as scripted")}}
}

// A server that fails for an hour gets a line a minute, and none of its failures goes unsaid.
func TestLogOfAFailingTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		server, journal, start := newServer(1), &journal{}, time.Now()
		server.answer = func(r *chat.Request) answer {
			if time.Since(start) < time.Hour {
				return answer{duration: time.Second, outcome: chat.Broken}
			}
			return inTime(r)
		}
		p := newTestProber(Options{
			Connect:  func(Target) (Sender, error) { return server, nil },
			Observer: journal, Seed: 1, Logger: slog.New(slog.NewJSONHandler(&text, nil)),
		})
		if err := p.Apply([]Target{example("a", ProfileLoad)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour + 5*time.Minute)
		if err := p.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		failures := 0
		for _, r := range of[Result](journal.all()) {
			if r.Outcome == chat.Broken {
				failures++
			}
		}
		checkFailureLines(t, logLines(t, text.String()), failures)
	})
}

func checkFailureLines(t *testing.T, lines []logLine, failures int) {
	t.Helper()
	told, recovered := 0, 0
	var last time.Time
	for _, l := range lines {
		if l.Target != "a" {
			t.Errorf("a line of target %q", l.Target)
		}
		switch l.Msg {
		case "turn failed":
			told++
		case "turns failed":
			told += l.Failed
		case "turns succeed again":
			recovered++
			if l.Failed != failures {
				t.Errorf("recovered from %d failures, there were %d", l.Failed, failures)
			}
		}
		if !last.IsZero() && l.Time.Sub(last) < failureLogEvery-time.Millisecond {
			t.Errorf("%s only %s after the line before", l, l.Time.Sub(last))
		}
		last = l.Time
	}
	if told != failures || failures < 100 || recovered != 1 || len(lines) > 63 {
		t.Errorf("%d lines tell of %d failures and %d recoveries; there were %d", len(lines), told, recovered, failures)
	}
}
