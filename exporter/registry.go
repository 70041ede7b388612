package exporter

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/collectors/version"
)

// NewRegistry is a registry with the series that every Prometheus user expects of a process: the
// Go runtime, the process, and firsttoken_build_info.
func NewRegistry() (*prometheus.Registry, error) {
	reg := prometheus.NewRegistry()
	s := newProcess(reg)
	s.errs = append(s.errs,
		reg.Register(collectors.NewGoCollector()),
		reg.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})),
	)
	return reg, s.err()
}

// newProcess registers what is firsttoken's own of these.
func newProcess(reg prometheus.Registerer) *shelf {
	s := &shelf{reg: reg}
	s.put(Family{Name: namespace + "_build_info", Type: TypeGauge,
		Help: "A metric with a constant '1' value labeled by version, revision, branch, goversion from which firsttoken was built, and the goos and goarch for the build.",
		Labels: []Label{{Name: "version"}, {Name: "revision"}, {Name: "branch"}, {Name: "goversion"},
			{Name: "goos"}, {Name: "goarch"}, {Name: "tags"}},
	}, version.NewCollector(namespace))
	return s
}
