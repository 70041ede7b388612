package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober"
)

// addBelow reports a problem at a path below a target. Its place is where the file has the value: in the
// target, in a section that the target names, or in the defaults.
func (r *reader) addBelow(n *yaml.Node, path, target, reason string) {
	p, follows := r.find(n, path, target)
	if follows {
		return
	}
	p.Reason = reason
	r.problems = append(r.problems, p)
}

// find returns the place of a path in a target. follows is true if a value on the way was rejected: the
// problem then follows from one that is already reported.
func (r *reader) find(n *yaml.Node, path, target string) (p Problem, follows bool) {
	at, rest := n, path
	for rest != "" {
		next, left := step(at, rest)
		if next == nil {
			break
		}
		if r.broken[next] {
			return p, true
		}
		if _, written := r.places[next]; !written {
			break
		}
		at, rest = next, left
	}
	own, found := r.places[n], r.places[at]
	p = r.problemAt(found)
	p.Path = join(found.path, rest)
	if target != "" && (found.list != own.list || found.path != own.path && !strings.HasPrefix(found.path, own.path+".")) {
		p.Targets = []string{target}
	}
	return p, false
}

// warnOfEndedLoad warns of a load that has ended. It is not an error: a capacity review that is over must
// not stop the daemon from watching everything else after a restart.
func (r *reader) warnOfEndedLoad(n *yaml.Node, t prober.Target) {
	if t.Load.Until.IsZero() || t.Load.Until.After(r.now) {
		return
	}
	if p, follows := r.find(n, "load.until", t.Name); !follows {
		p.Reason = fmt.Sprintf("%s has passed: no load is sent", t.Load.Until.Format("2006-01-02 15:04:05 MST"))
		r.warnings = append(r.warnings, p)
	}
}
