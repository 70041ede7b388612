package screen

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

func TestKeysOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed string
		want  []rune
	}{
		{"i", []rune{keyIncident}},
		{"I?", []rune{keyIncident, keyHelp}},
		{"q", []rune{keyQuit}},
		{"\x03", []rune{keyQuit}}, // control-C makes no signal here
		{"\x1b", []rune{keyBack}},
		{"\x1bOQ", nil}, // F2
		{"\x1b[A", nil}, // an arrow
		{"x \r\xff", nil},
	} {
		if got := keysOf([]byte(c.typed)); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.typed, got, c.want)
		}
	}
}

// A terminal that is closed is an end.
func TestKeysEndWithTheTerminal(t *testing.T) {
	t.Parallel()
	k := &keyboard{pressed: make(chan rune, 16)}
	k.read(strings.NewReader("i"))
	if first, second := <-k.pressed, <-k.pressed; first != keyIncident || second != keyQuit {
		t.Errorf("%q, %q", first, second)
	}
	if _, ok := openKeyboard(strings.NewReader("q")); ok {
		t.Error("a string is no terminal")
	}
}

// TestKeys presses keys on a screen.
func TestKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		incidents := 0
		ctx, cancel := context.WithCancel(t.Context())
		s := shownOn(&out)
		s.terminal = &terminal{w: &out, size: func() (int, int) { return 80, 24 }}
		s.Play, s.Quit = func() { incidents++ }, cancel
		pressed := make(chan rune)
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.redraw(ctx, twoTargets(t), nil, pressed)
		}()
		press := func(key rune, want string) {
			t.Helper()
			pressed <- key
			synctest.Wait()
			frames := strings.Split(out.String(), "\x1b[H")
			if last := frames[len(frames)-1]; !strings.Contains(last, want) {
				t.Errorf("after %q there is no %q:\n%s", key, want, last)
			}
		}
		press(keyHelp, "What you see")
		press(keyRedraw, "What you see")
		press(keyHelp, "a title")
		press(keyHelp, "What you see")
		press(keyBack, "a title")
		press(keyHelp, "What you see")
		press(keyIncident, "a title") // which is what one wants to see then
		if incidents != 1 {
			t.Errorf("%d incidents", incidents)
		}
		pressed <- keyQuit
		<-done
	})
}

// A panic leaves the terminal as it was.
func TestPanicClosesTheTerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	s := shownOn(&out)
	s.In = io.NopCloser(strings.NewReader(""))
	s.terminal = &terminal{w: &out, size: func() (int, int) { return 80, 24 }}
	s.InFlight = func(string) int64 { panic("a mistake") }
	defer func() {
		if recover() == nil || !strings.HasSuffix(out.String(), "\x1b[?25h\x1b[?1049l") {
			t.Errorf("the terminal stays as it is: %q", out.String())
		}
	}()
	s.Show(t.Context(), twoTargets(t), nil)
}
