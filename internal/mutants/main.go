// Mutants makes mistakes in the code, one at a time, and asks whether the tests notice. The list of mistakes is beside
// it. A file with a mistake stands in for the real one by go test -overlay, so that nothing in the tree changes.
//
//	go run ./internal/mutants              all of them
//	go run ./internal/mutants backoff      those whose title or file has this word
//	go run ./internal/mutants alerts/      those of the alerting rules, which promtool's tests must notice
//
// It fails if fewer than nine in ten are noticed, if one that once survived does so again, or if one no longer applies.
package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

//go:embed list.txt rules.txt
var lists embed.FS

const (
	enough   = 0.9 // share of the mutants that must be noticed
	patience = 10 * time.Minute
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, strings.Join(os.Args[1:], " ")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

// run tries all mutants with the word in their title or file, and says what became of each.
func run(ctx context.Context, out io.Writer, word string) error {
	dir, err := os.MkdirTemp("", "mutants-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var bad error
	for _, name := range []string{"list.txt", "rules.txt"} {
		list, err := lists.Open(name)
		if err != nil {
			return err
		}
		all, err := parse(list)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		chosen := slices.DeleteFunc(all, func(m mutant) bool { return !strings.Contains(m.title+" "+m.file, word) })
		if len(chosen) > 0 {
			bad = errors.Join(bad, tryAll(ctx, out, dir, chosen))
		}
	}
	return bad
}

// tryAll tries the mutants of one list.
func tryAll(ctx context.Context, out io.Writer, dir string, all []mutant) (bad error) {
	killed := 0
	for _, m := range all {
		noticed, err := m.try(ctx, dir)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			fmt.Fprintln(out, "BROKEN   ", m.title)
			bad = errors.Join(bad, err)
			continue
		}
		if noticed {
			killed++
			fmt.Fprintf(out, "killed    %s\n", m.title)
			continue
		}
		fmt.Fprintf(out, "SURVIVED  %s (%s, line %d of the list)\n", m.title, m.file, m.line)
		if m.must {
			bad = errors.Join(bad, fmt.Errorf("%s: it survived once and does so again", m.title))
		}
	}
	fmt.Fprintf(out, "%d of %d killed\n", killed, len(all))
	if float64(killed) < enough*float64(len(all)) {
		bad = errors.Join(bad, fmt.Errorf("fewer than %.0f %% are killed", 100*enough))
	}
	return bad
}

// try runs the tests against the mutant, and reports whether they fail.
func (m mutant) try(ctx context.Context, dir string) (noticed bool, err error) {
	overlay, err := m.overlay(dir)
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if m.rules {
		return m.tryRules(ctx, dir, overlay)
	}
	args := append([]string{"test", "-overlay", overlay, "-short", "-count=1", "-p=1"}, m.tests...)
	text, err := exec.CommandContext(ctx, "go", args...).CombinedOutput()
	switch {
	case err == nil:
		return false, nil
	case errors.Is(ctx.Err(), context.Canceled):
		return false, ctx.Err()
	case strings.Contains(string(text), "[build failed]"), strings.Contains(string(text), "[setup failed]"):
		return false, fmt.Errorf("line %d: %s does not compile:\n%s", m.line, m.title, text)
	}
	return true, nil // a test failed, or hung
}

// overlay writes the file with the mistake, and the description of an overlay that go test reads.
func (m mutant) overlay(dir string) (string, error) {
	text, err := os.ReadFile(m.file)
	if err != nil {
		return "", fmt.Errorf("line %d: %w", m.line, err)
	}
	mutated, err := m.apply(string(text))
	if err != nil {
		return "", err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	replaced := replacement(dir)
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: replaced}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, errors.Join(os.WriteFile(replaced, []byte(mutated), 0o600), os.WriteFile(name, overlay, 0o600))
}

// replacement is the file with the mistake.
func replacement(dir string) string { return filepath.Join(dir, "mutant.go") }
