// Package invalid says what is wrong with a configured value and where below it. It knows nothing
// of files or lines: whoever read the value adds those.
package invalid

import (
	"fmt"
	"strings"
)

// Error is one problem.
type Error struct {
	Path   string // keys below the validated value as they are written in the file: "load.until", "slos.ttft.threshold"; empty for the value itself
	Reason string
}

func (e Error) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

// Errors are all problems of one value; empty when it is fine.
type Errors []Error

// Add appends a problem.
func (e *Errors) Add(path, format string, args ...any) {
	*e = append(*e, Error{path, fmt.Sprintf(format, args...)})
}

// Under appends the problems of a part, which stands under key.
func (e *Errors) Under(key string, part Errors) {
	for _, p := range part {
		*e = append(*e, Error{strings.Trim(key+"."+p.Path, "."), p.Reason})
	}
}
