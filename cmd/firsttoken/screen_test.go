package main

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/firsttoken/firsttoken/exporter"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

func is(v float64) measured { return measured{v, true} }

// shown is a screen with everything on it.
func shown() screen {
	var last []answer
	for i := range 200 {
		last = append(last, answer{TTFT: is(0.1 * float64(1+i%60)), Kind: kind(i % 3), Failed: i%17 == 0})
	}
	slos := []attainment{{"ttft", 0.95, is(0.9751)}, {"tps", 0.95, is(0.93)}, {"availability", 0.99, is(1)}, {"recall", 0.95, measured{}}}
	return screen{
		Title: demoTitle, Up: 75 * time.Second, Notes: []string{demoNote},
		Rows: []row{
			{Name: "together", TPM: 2.48e6, Set: 2.5e6, Warm: percentiles{is(0.71), is(1.2)}, Cold: percentiles{is(4.1), is(12.34)},
				TPS: is(131), OK: 1234, Skips: 7, Why: "7 skipped: no_session", InFlight: 3, Spend: is(12.5), SLOs: slos, Last: last},
			{Name: "tensorrt-llm", TPM: 1.1e6, Set: 1.25e6, Warm: percentiles{is(123), is(300)}, TPS: is(100), OK: 2, Failed: 3,
				Why: "2 throttled · 1 timeout", InFlight: 1, Spend: is(1234.5), SLOs: slos, Last: last[:4]},
			{Name: "a-very-long-name", Set: 20_000, Spend: measured{}},
		},
		Link:     "http://127.0.0.1:9977",
		Warnings: []string{"time=15:04:05 msg=\"turn failed\" target=tensorrt-llm outcome=throttled err=\"HTTP 429: the server asked to be left alone\""},
	}
}

func TestScreen(t *testing.T) {
	t.Parallel()
	golden(t, "screen.txt", strings.Join(shown().lines(80, style{}), "\n")+"\n")
}

// TestScreenIsLow holds that three targets fit on the smallest of terminals, first minute included.
func TestScreenIsLow(t *testing.T) {
	t.Parallel()
	v := shown()
	v.Warnings, v.Rows[2].SLOs = nil, v.Rows[0].SLOs
	for range 2 {
		if n := len(v.lines(80, style{})); n > 24 {
			t.Errorf("%d lines with %d notes", n, len(v.Notes))
		}
		v.Notes = append(v.Notes, demoWarmUp)
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")

// TestScreenFits holds that nothing is wider than 80 columns, and that colours change nothing but
// colours.
func TestScreenFits(t *testing.T) {
	t.Parallel()
	plain, coloured := shown().lines(80, style{}), shown().lines(80, style{colour: true})
	for i, line := range plain {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
		if strings.Contains(line, "\x1b") {
			t.Errorf("a colour without colours: %q", line)
		}
		if bare := escapes.ReplaceAllString(coloured[i], ""); bare != line {
			t.Errorf("with colours it says\n%s\nwithout\n%s", bare, line)
		}
	}
	if !strings.Contains(strings.Join(coloured, ""), "\x1b[31m") {
		t.Error("nothing is red")
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a    answer
		want string
	}{
		{answer{TTFT: is(0.01)}, "▁"},              // below the scale
		{answer{TTFT: is(0.1)}, "▁"},               // its lower end
		{answer{TTFT: is(0.71)}, "▃"},              // log(7.1)/log(300) of 8 steps is 2.7
		{answer{TTFT: is(5.1)}, "▆"},               // 5.5
		{answer{TTFT: is(29)}, "█"},                // 7.95
		{answer{TTFT: is(300)}, "█"},               // above it
		{answer{}, "✗"},                            // no first token
		{answer{TTFT: is(0.1), Failed: true}, "✗"}, // failed after it
	} {
		if got := c.a.mark(style{}); got != c.want {
			t.Errorf("%+v: %s, want %s", c.a, got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{rates(2.48e6, 2.5e6), "2.48/2.50M"},
		{rates(0, 20_000), "0/20k"},
		{rates(3, 7), "3/7"},
		{percent(0.9996), "99.9%"}, // not 100 %
		{percent(0.95), "95%"},
		{percent(1), "100%"},
		{clock(59 * time.Second), "59s"},
		{clock(125 * time.Second), "2m05s"},
		{clock(62 * time.Minute), "1h02m"},
		{is(0.714).seconds(), "0.71"},
		{is(9.996).seconds(), "10.0"},
		{is(300).seconds(), "300"},
		{measured{}.seconds(), "–"},
		{thousands(1234567), "1,234,567"},
		{thousands(999), "999"},
		{thousands(-1000), "-1,000"},
		{tokens(950), "950"},
		{tokens(999.7), "1.00k"},
		{tokens(28.8e6), "28.8M"},
		{tokens(864e6), "864M"},
		{tokens(5.44e9), "5.44G"},
		{dollars(0), "$0.00"},
		{dollars(0.0556), "$0.0556"},
		{dollars(99.99), "$99.99"},
		{dollars(1065.4), "$1,065"},
		{cut("abc\x1b[31mdef", 20), "abc[31mdef"}, // a log line cannot move the cursor
		{cut("abcdef", 4), "abc…"},
		{short(1500 * time.Microsecond), "1.50 ms"},
		{short(90 * time.Second), "90.0 s"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// TestTerminal holds that a screen never leaves the terminal's height, and that the terminal is
// given back as it was.
func TestTerminal(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	term := &terminal{w: &b, size: func() (int, int) { return 80, 10 }}
	term.open()
	term.draw(shown())
	drawn := b.String()
	if got := strings.Count(drawn, "\r\n"); got != 9 {
		t.Errorf("%d lines, want 10", got+1)
	}
	term.close()
	ends := b.String()[len(drawn):]
	for opened, closed := range map[string]string{"\x1b[?1049h": "\x1b[?1049l", "\x1b[?25l": "\x1b[?25h"} {
		if !strings.Contains(drawn, opened) || !strings.Contains(ends, closed) {
			t.Errorf("%q without %q", opened, closed)
		}
	}
	if strings.Count(drawn, "\x1b[?7l") != strings.Count(drawn, "\x1b[?7h") {
		t.Error("lines do not wrap any more")
	}
}

func TestColours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		environ []string
		want    bool
	}{
		{nil, true},
		{[]string{"NO_COLOR=1"}, false},
		{[]string{"NO_COLOR="}, true}, // empty is as if it were not there
		{[]string{"NO_COLORS=1"}, true},
	} {
		if got := colours(c.environ); got != c.want {
			t.Errorf("%v: %v", c.environ, got)
		}
	}
	if _, ok := terminalOf(&strings.Builder{}, nil); ok {
		t.Error("a string is no terminal")
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	w := &tail{}
	log := quiet(w)
	log.Info("not shown")
	for _, name := range []string{"one", "two", "three", "four"} {
		log.Warn("turn failed", "target", name)
	}
	lines := w.last()
	if len(lines) != 3 || !strings.Contains(lines[0], `msg="turn failed" target=two`) || !strings.Contains(lines[2], "target=four") {
		t.Errorf("%q", lines)
	}
	if strings.Contains(lines[0], "level=") {
		t.Errorf("%q", lines[0])
	}
}

func TestRowOf(t *testing.T) {
	t.Parallel()
	in, set, effective := 2.4e6, 2.5e6, 1.25e6
	second := int64(time.Second)
	s := exporter.Summary{
		Target: "a", InputPerMin: &in, SetPoint: &set, Effective: &effective, Spent: 3,
		Outcomes: map[chat.Outcome]int{chat.OK: 10, chat.Throttled: 2, chat.Timeout: 1},
		Skipped:  map[prober.Reason]int{prober.Backoff: 4},
		TTFTWarm: exporter.Quantiles{N: 10, P50: 0.7, P95: 1.4}, TPS: exporter.Quantiles{N: 9, P50: 130},
		SLOs: map[slo.Name]exporter.Attainment{slo.Availability: {Events: 13, Bad: 3, Objective: 0.99}, slo.TTFT: {Objective: 0.95}},
	}
	last := []exporter.Record{
		{Phase: "bootstrap", Cache: "cold", Outcome: "ok", TTFT: &second},
		{Phase: "resume", Cache: "cold", Outcome: "ok", TTFT: &second},
		{Phase: "warm", Cache: "warm", Outcome: "timeout"},
	}
	r := rowOf(s, last, prober.Target{Prices: &prober.Prices{}})
	if r.OK != 10 || r.Failed != 3 || r.Skips != 4 || r.Why != "backed off from 2.50M · 2 throttled · 1 timeout · 4 skipped: backoff" {
		t.Errorf("%+v", r)
	}
	if r.TPM != in || r.Set != effective || r.Warm.P95 != is(1.4) || r.Cold.P50.OK || r.TPS != is(130) || r.Spend != is(3) {
		t.Errorf("%+v", r)
	}
	if len(r.SLOs) != 2 || r.SLOs[0].Name != "ttft" || r.SLOs[0].Good.OK || r.SLOs[1].Good.Value < 0.769 || r.SLOs[1].Good.Value > 0.770 {
		t.Errorf("%+v", r.SLOs)
	}
	for i, want := range []answer{{is(1), bootstrap, false}, {is(1), cold, false}, {measured{}, warm, true}} {
		if r.Last[i] != want {
			t.Errorf("%+v, want %+v", r.Last[i], want)
		}
	}
	if r := rowOf(s, nil, prober.Target{}); r.Spend.OK {
		t.Error("spend without prices")
	}
}
