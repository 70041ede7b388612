package main

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"
)

// The size of a character and of the page around the text, in pixels.
const (
	charWidth  = 8
	lineHeight = 17
	margin     = 14
)

// The screen draws a frame as one update of the terminal, from the upper left corner.
const (
	frameStart = "\x1b[?2026h"
	frameEnd   = "\x1b[?2026l"
)

// lastFrame is the last frame that was drawn to its end.
func lastFrame(screen []byte) (string, bool) {
	end := bytes.LastIndex(screen, []byte(frameEnd))
	if end < 0 {
		return "", false
	}
	start := bytes.LastIndex(screen[:end], []byte(frameStart))
	if start < 0 {
		return "", false
	}
	return string(screen[start+len(frameStart) : end]), true
}

var (
	colours = regexp.MustCompile(`\x1b\[([0-9;]*)m`)
	moves   = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-ln-z]`)
)

// colourOf are the colours of a terminal, by the code that turns them on.
func colourOf(code string) string {
	return map[string]string{
		"1": "font-weight:bold;color:#fff", "2": "color:#8a8f98", "7": "background:#d8dee9;color:#15181d",
		"31": "color:#ff6b68", "32": "color:#7ec77b", "33": "color:#e5b567", "36": "color:#5fb3d9",
	}[code]
}

// pageOf is a frame as a page, and its number of lines. Colours become spans; all other escapes are about the place of
// the cursor, and go.
func pageOf(frame string, columns int) (page []byte, lines int) {
	text := strings.TrimRight(moves.ReplaceAllString(strings.ReplaceAll(frame, "\r\n", "\n"), ""), " \n")
	var b strings.Builder
	open, last := 0, 0
	for _, at := range colours.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(html.EscapeString(text[last:at[0]]))
		last = at[1]
		if style := colourOf(text[at[2]:at[3]]); style != "" {
			b.WriteString(`<span style="` + style + `">`)
			open++
			continue
		}
		b.WriteString(strings.Repeat("</span>", open))
		open = 0
	}
	b.WriteString(html.EscapeString(text[last:]))
	lines = strings.Count(text, "\n") + 1
	return fmt.Appendf(nil, `<!doctype html><meta charset="utf-8"><style>
body{margin:0;background:#15181d;color:#d8dee9}
pre{margin:%dpx;font:13px/%dpx "DejaVu Sans Mono",monospace;width:%dpx}
</style><pre>%s</pre>`, margin, lineHeight, columns*charWidth, &b), lines
}
