package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// mutant is one mistake: lines of a file that become others, and the tests that must notice.
type mutant struct {
	line  int    // of the list
	title string // what would go wrong
	file  string
	tests []string // arguments of go test, or promtool's files in alerts/, less .yml
	rules bool     // the tests are promtool's
	must  bool     // it once survived
	hunk  []edit
}

// edit is a line of a hunk, in the manner of a unified diff.
type edit struct {
	kind byte // ' ' stays, '-' goes, '+' comes
	text string
}

// parse reads a list:
//
//	== title
//	file prober/backoff.go
//	test ./prober -run Backoff
//	must
//	 	a line that stays
//	-	a line that goes
//	+	a line that comes
//
// In place of test, a list of promtool's files says which of them must notice what becomes of the rules:
//
//	promtool tests/slo_burn_fast tests/slo_burn_slow
//
// File and test hold for the mutants below, too. Lines outside of these forms are an error, but for empty ones and
// those that begin with #.
func parse(r io.Reader) (all []mutant, err error) {
	var file, test string
	rules := false
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "", word == "#":
		case word == "==":
			all = append(all, mutant{line: n, title: rest})
		case word == "file":
			file = rest
		case word == "test", word == "promtool":
			test, rules = rest, word == "promtool"
		case len(all) == 0:
			return nil, fmt.Errorf("line %d stands before the first mutant", n)
		case line == "must":
			all[len(all)-1].must = true
		case strings.ContainsRune(" -+", rune(line[0])):
			m := &all[len(all)-1]
			m.file, m.tests, m.rules = file, strings.Fields(test), rules
			m.hunk = append(m.hunk, edit{line[0], line[1:]})
		default:
			return nil, fmt.Errorf("line %d cannot be read: %s", n, line)
		}
	}
	return all, lines.Err()
}

// apply makes the mistake in the text of the file. The lines that stay or go must be there once, side by side.
func (m mutant) apply(text string) (string, error) {
	before, after := m.sides()
	if before == "" || before == after {
		return "", fmt.Errorf("line %d: %s changes nothing", m.line, m.title)
	}
	at := strings.Index("\n"+text, "\n"+before)
	if at < 0 {
		return "", fmt.Errorf("line %d: %s no longer applies: %s does not have these lines:\n%s",
			m.line, m.title, m.file, before)
	}
	if strings.Contains(text[at:], "\n"+before) {
		return "", fmt.Errorf("line %d: %s: %s has these lines more than once:\n%s", m.line, m.title, m.file, before)
	}
	return text[:at] + after + text[at+len(before):], nil
}

// sides are the hunk before and after.
func (m mutant) sides() (before, after string) {
	for _, e := range m.hunk {
		if e.kind != '+' {
			before += e.text + "\n"
		}
		if e.kind != '-' {
			after += e.text + "\n"
		}
	}
	return before, after
}
