package dcgm

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// descriptors are the descriptions of all series that are made of DCGM fields.
type descriptors struct {
	byField map[uint16]fieldSeries
	all     []*prometheus.Desc
	clocks  *prometheus.Desc
	extra   *prometheus.Desc // nil when no extra field is configured
	xids    *prometheus.Desc
	lastXID *prometheus.Desc
	up      *prometheus.Desc
	info    *prometheus.Desc
}

// fieldSeries says which series the samples of one field become.
type fieldSeries struct {
	field
	desc       *prometheus.Desc // nil when the field has no series of its own
	legacyDesc *prometheus.Desc // nil without the legacy names
}

func newDescriptors(o Options) *descriptors {
	d := &descriptors{byField: map[uint16]fieldSeries{}}
	d.describeFields(o.LegacyNames)
	d.clocks = d.describe("clock_event_active",
		"1 while the clocks are lowered for a reason that the GPU does not count in seconds; sampled.", "reason")
	d.xids = d.describe("xid_errors_total",
		"XID errors that the driver reported since this process first saw the GPU.")
	d.lastXID = d.describe("last_xid", "Number of the last XID error.")
	d.up = d.describe("up",
		"1 while the GPU answers with new samples; 0 once it is lost, frozen, or its host engine away.")
	d.info = d.describe("info", "Identity of the GPU.", "pci_bus_id", "model", "driver_version")
	if len(o.ExtraFields) > 0 {
		d.extra = d.describe("extra_field", "An extra field in DCGM's own unit.", "field")
	}
	if o.LegacyNames {
		const name = "DCGM_FI_DEV_XID_ERRORS"
		d.byField[fieldXID] = fieldSeries{
			field: field{id: fieldXID, kind: gauge, legacy: name}, legacyDesc: d.describeLegacy(name),
		}
	}
	return d
}

// describeFields makes one description for all fields that share a name and differ in a label.
func (d *descriptors) describeFields(legacyNames bool) {
	byName := map[string]*prometheus.Desc{}
	for _, f := range fields() {
		s := fieldSeries{field: f}
		if f.name != "" {
			if byName[f.name] == nil {
				byName[f.name] = d.describe(f.name, f.help, f.labelNames()...)
			}
			s.desc = byName[f.name]
		}
		if legacyNames && f.legacy != "" {
			s.legacyDesc = d.describeLegacy(f.legacy)
		}
		d.byField[f.id] = s
	}
}

// describe adds a series of one GPU, with the labels that all of them have and its own.
func (d *descriptors) describe(name, help string, labels ...string) *prometheus.Desc {
	return d.add("dcgm_gpu_"+name, help, append([]string{"hostengine", "gpu", "uuid"}, labels...))
}

// describeLegacy adds a series with the labels that dcgm-exporter up to 4.8 gives it outside of a pod.
func (d *descriptors) describeLegacy(name string) *prometheus.Desc {
	return d.add(name, "As dcgm-exporter up to 4.8 names it, in its unit.",
		[]string{"gpu", "UUID", "pci_bus_id", "device", "modelName", "hostname", "DCGM_FI_DRIVER_VERSION"})
}

func (d *descriptors) add(name, help string, labels []string) *prometheus.Desc {
	desc := prometheus.NewDesc(name, help, labels, nil)
	d.all = append(d.all, desc)
	return desc
}

// labels are the values of the labels that describe gives a series.
func (g *knownGPU) labels(engine string, more ...string) []string {
	return append([]string{engine, g.index(), g.id.UUID}, more...)
}

func (g *knownGPU) legacyLabels(engine string) []string {
	minor := g.id.Minor
	if minor == "" {
		minor = g.index()
	}
	return []string{g.index(), g.id.UUID, g.id.PCI, "nvidia" + minor, g.id.Model, engine, g.id.Driver}
}

func (g *knownGPU) index() string { return strconv.FormatUint(uint64(g.id.Index), 10) }

// metric never panics: a label from a broken driver that is not UTF-8 spoils one series, not the process.
func metric(desc *prometheus.Desc, kind prometheus.ValueType, value float64, labels []string) prometheus.Metric {
	m, err := prometheus.NewConstMetric(desc, kind, value, labels...)
	if err != nil {
		return prometheus.NewInvalidMetric(desc, err)
	}
	return m
}
