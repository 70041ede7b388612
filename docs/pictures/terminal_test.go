package main

import (
	"strings"
	"testing"
)

// The picture has the last frame that was drawn to its end, with its colours and without what moves the cursor.
func TestLastFrame(t *testing.T) {
	screen := "\x1b[2J" + frameStart + "\x1b[H\x1b[Kprevious" + frameEnd +
		frameStart + "\x1b[?7l\x1b[H\x1b[K\x1b[1mTARGET\x1b[0m <1>\r\n\x1b[K\x1b[31mbad\x1b[0m\r\n" +
		"\x1b[K\r\n\x1b[J\x1b[?7h" + frameEnd +
		frameStart + "\x1b[Hnew, but cut o"
	frame, ok := lastFrame([]byte(screen))
	if !ok {
		t.Fatal("no frame")
	}
	page, lines := pageOf(frame, 80)
	const want = `<span style="font-weight:bold;color:#fff">TARGET</span> &lt;1&gt;` + "\n" +
		`<span style="color:#ff6b68">bad</span>`
	if text := string(page); !strings.Contains(text, want) || strings.Contains(text, "\x1b") ||
		strings.Contains(text, "previous") {
		t.Errorf("%s", page)
	}
	if lines != 2 {
		t.Errorf("%d lines", lines)
	}
	if _, ok := lastFrame([]byte(frameStart + "never ended")); ok {
		t.Error("a frame that never ended")
	}
}
