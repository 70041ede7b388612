// Package invalid reports what is wrong with a configured value, and where below it. It does not know
// files or lines: the reader of the file adds them.
package invalid

import (
	"fmt"
	"strings"
)

// Error is one problem.
type Error struct {
	// Path is the keys below the validated value, as the file writes them: "slos.ttft.threshold". It is
	// empty for the value itself.
	Path   string
	Reason string
}

func (e Error) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

// Errors are all problems of one value. They are empty for a valid value.
type Errors []Error

// Add appends a problem.
func (e *Errors) Add(path, format string, args ...any) {
	*e = append(*e, Error{path, fmt.Sprintf(format, args...)})
}

// Under appends the problems of the part under key.
func (e *Errors) Under(key string, part Errors) {
	for _, p := range part {
		*e = append(*e, Error{strings.Trim(key+"."+p.Path, "."), p.Reason})
	}
}
