package screen

import (
	"strings"
	"testing"
)

// TestTerminal checks that a screen never exceeds the terminal's height, and that closing restores the
// terminal.
func TestTerminal(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	term := &terminal{w: &b, size: func() (int, int) { return 80, 10 }}
	term.open()
	term.draw(shown().lines)
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
