package config

import (
	"path/filepath"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// budget reads the budget of the process and reports what its owner finds wrong with it.
func (r *reader) budget(root *yaml.Node) budget.ProcessBudget {
	var b budget.ProcessBudget
	n := valueOf(root, "budget")
	if n != nil && n.Decode(&b) != nil {
		return b // a type that was found wrong before
	}
	b.File = config.JoinDir(filepath.Dir(r.name), b.File)
	for _, problem := range b.Validate() {
		r.addBelow(n, problem.Path, "", problem.Reason)
	}
	return b
}
