package screen

import (
	"path/filepath"
	"regexp"
	"slices"
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
				TPS:  is(131), OK: 1234, Skips: 7, Why: []string{"7 skipped: no_session"}, InFlight: 3, Spend: is(12.5), SLOs: slos,
				Last: last,
			},
			{
				Name: "tensorrt-llm", TPM: 1.1e6, Set: 1.25e6, Warm: percentiles{is(123), is(300)}, TPS: is(100), OK: 2, Failed: 3,
				Why: []string{"2 throttled", "1 timeout"}, InFlight: 1, Spend: is(1234.5), SLOs: slos, Last: last[:4],
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
	lines := strings.Join(shown().lines(80, 40, style{}), "\n") + "\n"
	golden.Compare(t, filepath.Join("testdata", "screen.txt"), lines, *update)
}

// crowded is a snapshot in which every number is as long as it gets, with an incident at its height.
func crowded() snapshot {
	v := shown()
	v.Keys, v.Now = true, time.Unix(1000, 0)
	v.Warnings = slices.Repeat(v.Warnings, tailLines)
	v.Link, v.Coming = "http://127.0.0.1:65535", "an incident comes in 1m59s"
	full := []attainment{
		{"ttft", 0.95, is(0.9994)},
		{"tps", 0.95, is(0.9994)},
		{"availability", 0.99, is(0.9994)},
		{"recall", 0.95, is(0.9994)},
	}
	for i := range v.Rows {
		v.Rows[i] = row{
			Name: "tensorrt-llm", TPM: 12.48e6, Set: 12.5e6, Warm: percentiles{is(12.345), is(1234.5)},
			Cold: percentiles{is(99.4), is(1234.5)}, TPS: is(1234), OK: 1_234_567, Failed: 123_456, Skips: 12_345,
			Spend: is(123_456), InFlight: 64, SLOs: full, Last: v.Rows[0].Last,
			Why: []string{"backed off from 12.5M", "12,345 server_error", "1,234 throttled", "12,345 skipped: no_session"},
		}
	}
	v.Incident = &watch{
		Incident: Incident{
			Target: "tensorrt-llm", What: "4 in 10 requests get HTTP 503",
			From: time.Unix(900, 0), Until: time.Unix(945, 0),
		},
		before: sample{is(12.34), is(1234), is(1), 0}, during: sample{is(123.4), is(12), is(0), 12},
		after: sample{is(12.34), is(1234), is(1), 0},
		burns: []burn{{"availability", 123, 234, 52}, {"ttft", 123, 234, 10.5}, {"tps", 123, 234, 10.5}},
	}
	return v
}

// TestScreenFits draws at several sizes. All blocks are there on 24 lines, no line is wider than the terminal, and no
// number is cut where something is left out of a line.
func TestScreenFits(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ width, height int }{{80, 24}, {80, 50}, {100, 30}, {132, 43}, {240, 24}} {
		for name, v := range map[string]snapshot{"shown": shown(), "crowded": crowded()} {
			lines := v.lines(size.width, size.height, style{})
			if len(lines) > size.height {
				t.Errorf("%s at %dx%d has %d lines", name, size.width, size.height, len(lines))
			}
			for _, line := range lines {
				if n := utf8.RuneCountInString(line); n > size.width {
					t.Errorf("%s at %dx%d: %d columns: %s", name, size.width, size.height, n, line)
				}
				if cutNumber.MatchString(line) {
					t.Errorf("%s at %dx%d: a number is cut: %s", name, size.width, size.height, line)
				}
			}
			page := strings.Join(lines, "\n")
			for _, block := range []string{v.Title, v.Notes[0], "TARGET", "LAST ANSWERS", "OBJECTIVES", v.Link} {
				if !strings.Contains(page, block) {
					t.Errorf("%s at %dx%d lacks %q", name, size.width, size.height, block)
				}
			}
		}
	}
}

// cutNumber is a digit where something was left out.
var cutNumber = regexp.MustCompile(`[0-9.,]…`)

// TestCrowdedRows checks the numbers of a crowded row, which stand in columns of a fixed width.
func TestCrowdedRows(t *testing.T) {
	t.Parallel()
	v := crowded()
	want := []string{
		"tensorrt-llm 12.5/12.5M   12.3  1234   99.4  1234  1234     1M 123k  12k   $123k",
		"  64 in flight · backed off from 12.5M · 12,345 server_error · 1,234 throttled …",
	}
	for i, line := range v.table(80, style{})[2:4] {
		if line != want[i] {
			t.Errorf("got\n%s\nwant\n%s", line, want[i])
		}
	}
}

func TestHelpFits(t *testing.T) {
	t.Parallel()
	lines := help(style{})
	if len(lines) > minHeight {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > minWidth {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")

// TestColoursKeepTheText checks that colours do not change the text.
func TestColoursKeepTheText(t *testing.T) {
	t.Parallel()
	plain, coloured := shown().lines(80, 40, style{}), shown().lines(80, 40, style{colour: true})
	for i, line := range plain {
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
