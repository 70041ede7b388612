package workload

import "github.com/firsttoken/firsttoken/internal/invalid"

// Validate returns every problem, with its path as it is written in the file: "output.max".
func (s Shape) Validate() invalid.Errors { return nil }
