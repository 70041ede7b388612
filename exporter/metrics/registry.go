package metrics

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/collectors/version"

	"github.com/firsttoken/firsttoken/exporter/series"
)

// NewRegistry is a registry with the series that every Prometheus user expects of a process: the
// Go runtime, the process, and firsttoken_build_info.
func NewRegistry() (*prometheus.Registry, error) {
	reg := prometheus.NewRegistry()
	s := newProcess(reg)
	return reg, errors.Join(s.Err(),
		reg.Register(collectors.NewGoCollector()),
		reg.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})),
	)
}

// newProcess registers the one of them that is firsttoken's own.
func newProcess(reg prometheus.Registerer) *series.Registry {
	s := series.NewRegistry(reg)
	s.Register(series.Family{
		Type: series.TypeGauge, Name: series.Namespace + "_build_info",
		Help: "A metric with a constant '1' value labeled by version, revision, branch, goversion from which " +
			"firsttoken was built, and the goos and goarch for the build.",
		Labels: []series.Label{
			{Name: "version"},
			{Name: "revision"},
			{Name: "branch"},
			{Name: "goversion"},
			{Name: "goos"},
			{Name: "goarch"},
			{Name: "tags"},
		},
	}, version.NewCollector(series.Namespace))
	return s
}
