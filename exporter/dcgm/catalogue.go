package dcgm

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// catalogue holds the descriptions of all series that are made of DCGM fields.
type catalogue struct {
	shown   map[uint16]shown
	all     []*prometheus.Desc
	clocks  *prometheus.Desc
	extra   *prometheus.Desc // nil when no extra field is configured
	xids    *prometheus.Desc
	lastXID *prometheus.Desc
	up      *prometheus.Desc
	info    *prometheus.Desc
	legacy  bool
}

// shown is how the samples of one field become series.
type shown struct {
	field
	desc   *prometheus.Desc // nil when the field has no series of its own
	legacy *prometheus.Desc // nil without the legacy names
}

const prefix = "dcgm_gpu_"

func newCatalogue(o Options) *catalogue {
	c := &catalogue{shown: map[uint16]shown{}, legacy: o.LegacyNames}
	byName := map[string]*prometheus.Desc{}
	for _, f := range fields() {
		s := shown{field: f}
		if f.name != "" {
			if byName[f.name] == nil {
				byName[f.name] = c.describe(prefix+f.name, f.help, gpuLabels(f.label)...)
			}
			s.desc = byName[f.name]
		}
		if o.LegacyNames && f.legacy.name != "" {
			s.legacy = c.describeLegacy(f.legacy.name)
		}
		c.shown[f.id] = s
	}
	c.clocks = c.describe(prefix+"clock_event_active", "1 while the clocks are lowered for a reason that the GPU does not count in seconds; sampled.", gpuLabels("reason")...)
	c.xids = c.describe(prefix+"xid_errors_total", "XID errors that the driver reported since this process first saw the GPU.", gpuLabels("")...)
	c.lastXID = c.describe(prefix+"last_xid", "Number of the last XID error.", gpuLabels("")...)
	c.up = c.describe(prefix+"up", "1 while the GPU answers with new samples; 0 once it is lost, frozen, or its host engine away.", gpuLabels("")...)
	c.info = c.describe(prefix+"info", "Identity of the GPU.", gpuLabels("pci_bus_id", "model", "driver_version")...)
	if len(o.ExtraFields) > 0 {
		c.extra = c.describe(prefix+"extra_field", "An extra field in DCGM's own unit.", gpuLabels("field")...)
	}
	if o.LegacyNames {
		c.shown[fieldXID] = shown{field: field{id: fieldXID, legacy: legacyName{"DCGM_FI_DEV_XID_ERRORS", gauge}}, legacy: c.describeLegacy("DCGM_FI_DEV_XID_ERRORS")}
	}
	return c
}

func (c *catalogue) describe(name, help string, labels ...string) *prometheus.Desc {
	desc := prometheus.NewDesc(name, help, labels, nil)
	c.all = append(c.all, desc)
	return desc
}

// describeLegacy carries the labels of dcgm-exporter up to 4.8 without a pod.
func (c *catalogue) describeLegacy(name string) *prometheus.Desc {
	return c.describe(name, "As dcgm-exporter up to 4.8 names it, in its unit.",
		"gpu", "UUID", "pci_bus_id", "device", "modelName", "hostname", "DCGM_FI_DRIVER_VERSION")
}

func gpuLabels(more ...string) []string {
	labels := []string{"hostengine", "gpu", "uuid"}
	for _, label := range more {
		if label != "" {
			labels = append(labels, label)
		}
	}
	return labels
}

// labels are the values of gpuLabels, without room to append to: every metric needs its own copy.
func (g *knownGPU) labels(engine string, more ...string) []string {
	return append([]string{engine, strconv.FormatUint(uint64(g.id.Index), 10), g.id.UUID}, more...)
}

func (g *knownGPU) legacyLabels(engine string) []string {
	minor := g.id.Minor
	if minor == "" {
		minor = strconv.FormatUint(uint64(g.id.Index), 10)
	}
	index := strconv.FormatUint(uint64(g.id.Index), 10)
	return []string{index, g.id.UUID, g.id.PCI, "nvidia" + minor, g.id.Model, engine, g.id.Driver}
}

// metric never panics: a label that is no UTF-8, from a broken driver, spoils one series and not
// the process.
func metric(desc *prometheus.Desc, kind prometheus.ValueType, value float64, labels []string) prometheus.Metric {
	m, err := prometheus.NewConstMetric(desc, kind, value, labels...)
	if err != nil {
		return prometheus.NewInvalidMetric(desc, err)
	}
	return m
}
