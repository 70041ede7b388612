package config

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/maintenance"
)

// addMaintenance gives every target the windows of the whole file, besides its own.
func (r *reader) addMaintenance(root *yaml.Node, targets []prober.Target) {
	n := valueOf(root, "maintenance")
	var windows []maintenance.Window
	if n == nil || n.Decode(&windows) != nil { // a type that was found wrong before
		return
	}
	for i, w := range windows {
		for _, problem := range w.Validate() {
			r.addBelow(n, fmt.Sprintf("[%d].%s", i, problem.Path), "", problem.Reason)
		}
	}
	for i := range targets {
		targets[i].Maintenance = slices.Concat(targets[i].Maintenance, windows)
	}
}
