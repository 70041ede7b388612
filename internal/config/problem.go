package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a file, and its place.
type Problem struct {
	File   string // the configuration, or the list in which a target was found
	Line   int    // from 1; 0 where there are no lines
	Path   string // targets[1].slos.ttft.threshold; empty for the file itself
	Reason string
	// Targets names the targets for which a shared value is wrong: a threshold in `slos` may suit one
	// target's timeout and not another's. It is empty where Path names the target.
	Targets []string
}

// String is "firsttoken.yml:12: targets[1].slos.ttft.threshold: 10m is above the timeout of 5m".
func (p Problem) String() string {
	s := p.File + ": "
	if p.Line > 0 {
		s = fmt.Sprintf("%s:%d: ", p.File, p.Line)
	}
	if p.Path != "" {
		s += p.Path + ": "
	}
	return s + p.Reason + inTargets(p.Targets)
}

// inTargets names at most two targets, so that a mistake in `defaults` stays one line in a large fleet.
func inTargets(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" (target %s)", names[0])
	case 2:
		return fmt.Sprintf(" (targets %s and %s)", names[0], names[1])
	default:
		return fmt.Sprintf(" (targets %s, %s and %d more)", names[0], names[1], n-2)
	}
}

// Errors are all problems of a file, in the order of lines.
type Errors []Problem

// Error is one problem per line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sorted orders by line and merges repetitions: a problem that many targets share is reported once.
func (e Errors) sorted() Errors {
	var out Errors
	for _, p := range e {
		same := func(q Problem) bool {
			return q.File == p.File && q.Line == p.Line && q.Path == p.Path && q.Reason == p.Reason
		}
		i := slices.IndexFunc(out, same)
		if i < 0 {
			out = append(out, p)
			continue
		}
		out[i].Targets = append(out[i].Targets, p.Targets...)
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return out
}
