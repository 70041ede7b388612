//go:build linux

package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// table is a Markdown table, its first row the heading.
type table [][]string

// where is the heading and the rows whose first cell has a value.
func (t table) where(first string) table {
	out := t[:1:1]
	for _, row := range t[1:] {
		if row[0] == first {
			out = append(out, row)
		}
	}
	return out
}

// aligned are the lines of a table whose columns stand below each other; none where there is no row.
func (t table) aligned() []string {
	if len(t) < 2 {
		return nil
	}
	widths := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var lines []string
	for _, row := range t {
		padded := make([]string, len(row))
		for i, cell := range row {
			padded[i] = cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		}
		lines = append(lines, line(padded...))
	}
	rule := make([]string, len(widths))
	for i, w := range widths {
		rule[i] = strings.Repeat("-", w+2)
	}
	return slices.Insert(lines, 1, "|"+strings.Join(rule, "|")+"|")
}

// document is a file with places for tables:
//
//	<!-- benchtruth: bodies -->
//	…
//	<!-- /benchtruth -->
//
// What was not run stays as it is.
type document struct {
	path, text string
	err        error
}

// openDocument reads a document; without a path it keeps nothing.
func openDocument(path string) (*document, error) {
	if path == "" {
		return &document{}, nil
	}
	text, err := os.ReadFile(path)
	return &document{path: path, text: string(text)}, err
}

// set replaces the lines of one place.
func (d *document) set(place string, lines []string) {
	if d.path == "" || len(lines) == 0 {
		return
	}
	mark := "<!-- benchtruth: " + place + " -->\n"
	between := regexp.MustCompile("(?s)" + regexp.QuoteMeta(mark) + ".*?<!-- /benchtruth -->")
	if !between.MatchString(d.text) {
		d.err = fmt.Errorf("%s has no place %q", d.path, strings.TrimSpace(mark))
		return
	}
	d.text = between.ReplaceAllLiteralString(d.text, mark+"\n"+strings.Join(lines, "\n")+"\n\n<!-- /benchtruth -->")
}

// save writes the document.
func (d *document) save() error {
	if d.path == "" || d.err != nil {
		return d.err
	}
	return os.WriteFile(d.path, []byte(d.text), 0o644) //nolint:gosec // a document is for everybody
}
