package screen

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"
)

// terminal draws snapshots in place, on the alternate screen: closing it brings back what stood there
// before.
type terminal struct {
	w     io.Writer
	size  func() (width, height int)
	style style
}

// IsTerminal reports whether a person is at the other end of a stream of this process.
func IsTerminal(stream any) bool {
	_, ok := terminalFile(stream)
	return ok
}

// terminalFile is the file behind a stream, if that is a terminal.
func terminalFile(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// terminalOf returns the terminal behind w, if w is one that can be drawn on.
func terminalOf(w io.Writer, environ []string) (*terminal, bool) {
	f, ok := terminalFile(w)
	if !ok || slices.Contains(environ, "TERM=dumb") {
		return nil, false
	}
	return &terminal{w: w, size: func() (int, int) { return sizeOf(f) }, style: style{colour: colours(environ)}}, true
}

// colours follows https://no-color.org: any NO_COLOR that is not empty turns colours off.
func colours(environ []string) bool {
	return !slices.ContainsFunc(environ, func(e string) bool {
		return strings.HasPrefix(e, "NO_COLOR=") && e != "NO_COLOR="
	})
}

func (t *terminal) open() { fmt.Fprint(t.w, "\x1b[?1049h\x1b[?25l\x1b[2J") }

func (t *terminal) close() { fmt.Fprint(t.w, "\x1b[?25h\x1b[?1049l") }

func (t *terminal) clear() { fmt.Fprint(t.w, "\x1b[2J") }

func sizeOf(f *os.File) (width, height int) {
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return minWidth, minHeight
	}
	return width, height
}

// draw replaces the lines in a single write and clears no page first, so that nothing flickers.
func (t *terminal) draw(page func(width, height int, s style) []string) {
	width, height := t.size()
	var b strings.Builder
	b.WriteString("\x1b[?2026h\x1b[?7l\x1b[H") // one update; long lines are cut, not wrapped
	lines := page(width, height, t.style)
	for i, line := range lines[:min(len(lines), height)] {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString("\x1b[K" + line) // clearing after a full line would erase its last character
	}
	b.WriteString("\x1b[J\x1b[?7h\x1b[?2026l")
	fmt.Fprint(t.w, b.String())
}
