// Command promtest runs promtool's tests of the rules in a folder, each with the rules that it asks about:
//
//	go run ./alerts/promtest bin/promtool alerts
//
// It tests each file of the folder's tests/ and each *.rules.test.yml. Arguments after the folder leave out files whose
// names begin so.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/internal/ruletest"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: promtest PROMTOOL FOLDER [LEFT OUT...]")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "promtest:", err)
		os.Exit(1)
	}
}

func run(promtool, folder string, without []string) error {
	tests, err := files(folder, "tests/*.yml", "*.rules.test.yml")
	if err != nil {
		return err
	}
	tests = slices.DeleteFunc(tests, func(test string) bool {
		return slices.ContainsFunc(without, func(prefix string) bool {
			return strings.HasPrefix(filepath.Base(test), prefix)
		})
	})
	if len(tests) == 0 {
		return fmt.Errorf("%s has no tests", folder)
	}
	errs := make([]error, len(tests))
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i, test := range tests {
		all.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			errs[i] = try(promtool, folder, test)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// files lists what fits the patterns, by names within the folder.
func files(folder string, patterns ...string) ([]string, error) {
	var all []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			all = append(all, strings.TrimPrefix(name, filepath.Clean(folder)+string(filepath.Separator)))
		}
	}
	return all, nil
}

// try runs one test in a copy of the rules.
func try(promtool, folder, test string) error {
	began := time.Now()
	dir, err := os.MkdirTemp("", "promtest-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	rules, err := files(folder, "*.rules.yml")
	if err != nil {
		return err
	}
	for _, name := range append(slices.Clone(rules), test) {
		if err := copyFile(filepath.Join(folder, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for i, name := range rules {
		rules[i] = filepath.Join(dir, name)
	}
	copied := filepath.Join(dir, test)
	if err := ruletest.Prune([]string{copied}, rules); err != nil {
		return err
	}
	text, err := exec.CommandContext(context.Background(), promtool, "test", "rules", copied).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", test, err, text)
	}
	fmt.Printf("%-40s ok %6.1f s\n", test, time.Since(began).Seconds())
	return nil
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}
