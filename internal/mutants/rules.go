package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/firsttoken/firsttoken/internal/ruletest"
)

const (
	promtool = "bin/promtool" // built by make
	gpuRules = "gpu.rules.yml"
)

// tryRules writes the rules with the mistake into a folder that has the tests beside them, and reports whether promtool
// notices.
func (m mutant) tryRules(ctx context.Context, dir, overlay string) (noticed bool, err error) {
	if _, err := os.Stat(promtool); err != nil {
		return false, fmt.Errorf("make %s: %w", promtool, err)
	}
	out := filepath.Join(dir, "alerts")
	if err := m.writeRules(ctx, out, overlay); err != nil {
		return false, fmt.Errorf("line %d: %s: %w", m.line, m.title, err)
	}
	var tests []string
	for _, name := range m.tests {
		tests = append(tests, filepath.Join(out, name+".yml"))
	}
	rules := []string{filepath.Join(out, gpuRules), filepath.Join(out, "firsttoken.rules.yml")}
	if err := ruletest.Prune(tests, rules); err != nil {
		return false, fmt.Errorf("line %d: %s: %w", m.line, m.title, err)
	}
	text, err := exec.CommandContext(ctx, promtool, append([]string{"test", "rules"}, tests...)...).CombinedOutput()
	switch {
	case err == nil:
		return false, nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	case !strings.Contains(string(text), "exp:"): // no test failed
		return false, fmt.Errorf("line %d: %s is no rule any more:\n%s", m.line, m.title, text)
	}
	return true, nil
}

// writeRules copies the tests and the rules that are written by hand, and generates the others.
func (m mutant) writeRules(ctx context.Context, out, overlay string) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.CopyFS(out, os.DirFS("alerts")); err != nil {
		return err
	}
	if filepath.Base(m.file) == gpuRules {
		mutated, err := os.ReadFile(replacement(filepath.Dir(out)))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(out, gpuRules), mutated, 0o600)
	}
	generate := filepath.Join(filepath.Dir(out), "generate")
	build := exec.CommandContext(ctx, "go", "build", "-overlay", overlay, "-o", generate, "./alerts/generate")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("it does not compile: %w\n%s", err, text)
	}
	write := exec.CommandContext(ctx, generate)
	write.Dir = out
	if text, err := write.CombinedOutput(); err != nil {
		return fmt.Errorf("it writes no rules: %w\n%s", err, text)
	}
	return nil
}
