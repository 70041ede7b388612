package screen

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/firsttoken/firsttoken/internal/golden"
)

func is(v float64) measured { return measured{v, true} }

// shown is a snapshot with everything on it.
func shown() snapshot {
	var last []mark
	for i := range 200 {
		last = append(last, mark{TTFT: is(0.1 * float64(1+i%60)), Kind: answerKind(i % 3), Failed: i%17 == 0})
	}
	slos := []attainment{
		{"ttft", 0.95, is(0.9751)},
		{"tps", 0.95, is(0.93)},
		{"availability", 0.99, is(1)},
		{"recall", 0.95, measured{}},
	}
	return snapshot{
		Title: "firsttoken demo", Up: 75 * time.Second,
		Notes: []string{"The engines are simulated: calibrated to published figures, not measurements."},
		Rows: []row{
			{
				Name: "together", TPM: 2.48e6, Set: 2.5e6, Warm: percentiles{is(0.71), is(1.2)},
				Cold: percentiles{is(4.1), is(12.34)},
				TPS:  is(131), OK: 1234, Skips: 7, Why: "7 skipped: no_session", InFlight: 3, Spend: is(12.5), SLOs: slos,
				Last: last,
			},
			{
				Name: "tensorrt-llm", TPM: 1.1e6, Set: 1.25e6, Warm: percentiles{is(123), is(300)}, TPS: is(100), OK: 2, Failed: 3,
				Why: "2 throttled · 1 timeout", InFlight: 1, Spend: is(1234.5), SLOs: slos, Last: last[:4],
			},
			{Name: "a-very-long-name", Set: 20_000, Spend: measured{}},
		},
		Link: "http://127.0.0.1:9977",
		Warnings: []string{"time=15:04:05 msg=\"turn failed\" target=tensorrt-llm outcome=throttled err=\"HTTP 429: the " +
			"server asked to be left alone\""},
	}
}

func TestScreen(t *testing.T) {
	t.Parallel()
	lines := strings.Join(shown().lines(80, style{}), "\n") + "\n"
	golden.Compare(t, filepath.Join("testdata", "screen.txt"), lines, *update)
}

// TestScreenIsLow checks that three targets fit on 24 lines, with the second note of the first minute.
func TestScreenIsLow(t *testing.T) {
	t.Parallel()
	v := shown()
	v.Warnings, v.Rows[2].SLOs = nil, v.Rows[0].SLOs
	for range 2 {
		if n := len(v.lines(80, style{})); n > 24 {
			t.Errorf("%d lines with %d notes", n, len(v.Notes))
		}
		v.Notes = append(v.Notes, "Warming up for 59s more: prompts are read 50 times as fast, to fill caches.")
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")

// TestScreenFits checks that nothing is wider than 80 columns, and that colours do not change the text.
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
