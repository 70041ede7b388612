package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/term"
)

// terminal draws screens in place, on a page of its own: what stood there before comes back when it
// is closed.
type terminal struct {
	w     io.Writer
	size  func() (width, height int)
	style style
}

// terminalOf is the terminal behind w, if there is one that can be drawn on.
func terminalOf(w io.Writer, environ []string) (*terminal, bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || slices.Contains(environ, "TERM=dumb") {
		return nil, false
	}
	return &terminal{w: w, size: func() (int, int) { return sizeOf(f) }, style: style{colour: colours(environ)}}, true
}

// colours obeys https://no-color.org: set to anything but nothing, there are none.
func colours(environ []string) bool {
	return !slices.ContainsFunc(environ, func(e string) bool {
		return strings.HasPrefix(e, "NO_COLOR=") && e != "NO_COLOR="
	})
}

func (t *terminal) open() { fmt.Fprint(t.w, "\x1b[?1049h\x1b[?25l\x1b[2J") }

func (t *terminal) close() { fmt.Fprint(t.w, "\x1b[?25h\x1b[?1049l") }

func sizeOf(f *os.File) (width, height int) {
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return minWidth, 24
	}
	return width, height
}

// draw replaces what is shown, line by line, in one write and without clearing first: no flicker.
func (t *terminal) draw(v screen) {
	width, height := t.size()
	var b strings.Builder
	b.WriteString("\x1b[?2026h\x1b[?7l\x1b[H") // one update; lines that are too long are cut, not wrapped
	lines := v.lines(width, t.style)
	for i, line := range lines[:min(len(lines), height)] {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString("\x1b[K" + line) // cleared first: after a full line it would take the last character
	}
	b.WriteString("\x1b[J\x1b[?7h\x1b[?2026l")
	fmt.Fprint(t.w, b.String())
}

// tail keeps the last lines that are written to it. It is where the log goes while the terminal is
// drawn on.
type tail struct {
	mu    sync.Mutex
	lines []string
}

// tailLines are shown at the foot of the screen.
const tailLines = 3

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for line := range strings.Lines(string(p)) {
		t.lines = append(t.lines, strings.TrimRight(line, "\n"))
	}
	t.lines = slices.Clone(t.lines[max(0, len(t.lines)-tailLines):])
	return len(p), nil
}

func (t *tail) last() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.lines)
}
