package dashboards

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/firsttoken/firsttoken/e2e/promlab"
)

// gpusPerNode serve each target.
const gpusPerNode = 4

// gpu is one GPU of a recorded scrape: the fake host engine, read by exporter/dcgm through the real client. It holds
// every series of the recording under the target's node. Its method minute changes those that depend on the load, by a
// sketch of a B200 that is not a measurement.
type gpu struct {
	series  map[string]*promlab.Series // by metric and the labels that are not the GPU's own
	unknown []string                   // changed by minute, but not in the recording
	random  *rand.Rand
}

// recording is compared with what exporter/dcgm exports by a test there.
const recording = "../../exporter/dcgm/testdata/b200.prom"

// recordedGPU is the nth GPU of the recording, moved to a node behind a target.
func recordedGPU(target, node string, n int) (*gpu, error) {
	f, err := os.Open(recording)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", recording, err)
	}
	g := &gpu{series: map[string]*promlab.Series{}, random: rand.New(rand.NewPCG(uint64(n), 7))}
	moved := map[string]string{"hostengine": node, "target": target, "uuid": fmt.Sprintf("GPU-%s-%d", node, n)}
	for name, family := range families {
		for _, m := range family.GetMetric() {
			g.take(name, m, n, moved)
		}
	}
	return g, nil
}

// take keeps a recorded series if it is the nth GPU's.
func (g *gpu) take(name string, m *dto.Metric, n int, moved map[string]string) {
	key, mine := name, false
	pairs := []string{"job", "firsttoken", "instance", "prober:9977"}
	for _, l := range m.GetLabel() {
		value := l.GetValue()
		switch to, other := moved[l.GetName()]; {
		case l.GetName() == "gpu":
			mine = value == strconv.Itoa(n)
		case other:
			value = to
		case l.GetName() == "reason" || l.GetName() == "kind" || l.GetName() == "severity":
			key += " " + value
		}
		pairs = append(pairs, l.GetName(), value)
	}
	if mine {
		g.series[key] = promlab.NewSeries(name, pairs...)
		g.series[key].Value = m.GetUntyped().GetValue()
	}
}

// at finds a recorded series by its name and, where it has one, the value of its own label.
func (g *gpu) at(name string, label ...string) *promlab.Series {
	key := strings.Join(append([]string{"dcgm_gpu_" + name}, label...), " ")
	if g.series[key] == nil {
		g.unknown = append(g.unknown, key)
		g.series[key] = &promlab.Series{}
	}
	return g.series[key]
}

// recordGPUs records GPUs behind the nth target in each minute of its segments.
func recordGPUs(ctx context.Context, s *promlab.Server, n int, x subject, since time.Duration) error {
	node := fmt.Sprintf("b200-%c", 'a'+n)
	var gpus []*gpu
	for i := range gpusPerNode {
		g, err := recordedGPU(x.name, node, i)
		if err != nil {
			return err
		}
		gpus = append(gpus, g)
	}
	for _, segment := range x.segments {
		if segment.ago > since {
			continue
		}
		for d := time.Minute; d <= segment.lasts; d += time.Minute {
			if err := s.Append(ctx, now().Add(d-segment.ago), nodeMinute(gpus, n, segment.tpm, segment.ago-d)); err != nil {
				return err
			}
		}
	}
	return nil
}

// nodeMinute lets a minute pass on all GPUs of a node. One GPU of the first node is hot from 100 to 60 minutes before
// now, with an XID in between. Another one of the third node is lost from 50 to 30 minutes before now.
func nodeMinute(gpus []*gpu, node int, tpm float64, ago time.Duration) (all []*promlab.Series) {
	for i, g := range gpus {
		hot := node == 0 && i == 2 && ago < 100*time.Minute && ago > 60*time.Minute
		g.minute(tpm, hot)
		if hot && ago <= 65*time.Minute {
			g.at("xid_errors_total").Value = 1
			all = append(all, g.lastXID(79))
		}
		up := g.at("up")
		up.Value = 1
		if node == 2 && i == 1 && ago < 50*time.Minute && ago > 30*time.Minute {
			up.Value = 0
			all = append(all, up)
			continue
		}
		all = slices.AppendSeq(all, maps.Values(g.series))
	}
	return append(all, engineUp(fmt.Sprintf("b200-%c", 'a'+node)))
}

// lastXID is a series that a GPU has from its first error on.
func (g *gpu) lastXID(code float64) *promlab.Series {
	b := labels.NewBuilder(g.at("up").Labels)
	s := &promlab.Series{Labels: b.Set(model.MetricNameLabel, "dcgm_gpu_last_xid").Labels(), Value: code}
	return s
}

// engineUp says that a host engine answers.
func engineUp(node string) *promlab.Series {
	s := promlab.NewSeries("dcgm_up", "job", "firsttoken", "instance", "prober:9977", "hostengine", node)
	s.Value = 1
	return s
}

// minute lets a minute pass under a load. A hot GPU lowers its clocks.
func (g *gpu) minute(tpm float64, hot bool) {
	busy := 1 - math.Exp(-tpm/900_000) // of what four GPUs carry
	noise := func(scale float64) float64 { return 1 + scale*(g.random.Float64()-0.5) }
	clock, heat, throttled := 1965e6*noise(0.01), 0.0, 0.0
	if hot {
		clock, heat, throttled = 1250e6*noise(0.04), 22, 40
	}
	power := (190 + 800*busy) * noise(0.06) * clock / 1965e6
	set := func(name string, v float64) { g.at(name).Value = v }
	add := func(name string, v float64, label ...string) { g.at(name, label...).Value += v }
	set("power_watts", power)
	set("power_limit_watts", 1000)
	add("energy_joules_total", power*60)
	set("temperature_celsius", (34+34*busy+heat)*noise(0.03))
	set("memory_temperature_celsius", (38+36*busy+heat)*noise(0.03))
	set("sm_clock_hertz", clock)
	set("sm_clock_max_hertz", 1965e6)
	set("memory_clock_hertz", 3996e6)
	set("memory_used_bytes", 168e9)
	set("memory_capacity_bytes", 183359*1048576)
	set("utilization_ratio", math.Min(1, busy*1.2))
	set("sm_active_ratio", math.Min(0.98, 0.9*busy*noise(0.1)))
	set("sm_occupancy_ratio", 0.3*busy*noise(0.1))
	set("graphics_engine_active_ratio", math.Min(1, busy*1.1))
	set("tensor_active_ratio", 0.62*busy*noise(0.15))
	set("dram_active_ratio", math.Min(0.95, (0.2+0.5*busy)*noise(0.1)))
	add("nvlink_transmit_bytes_total", 60*210e9*busy*noise(0.1))
	add("nvlink_receive_bytes_total", 60*205e9*busy*noise(0.1))
	add("pcie_transmit_bytes_total", 60*2.1e9*busy*noise(0.3))
	add("pcie_receive_bytes_total", 60*1.4e9*busy*noise(0.3))
	add("clock_event_seconds_total", 60*math.Max(0, busy-0.6)*0.5, "sw_power_cap")
	add("clock_event_seconds_total", throttled, "hw_thermal")
	add("clock_event_seconds_total", 0, "sw_thermal")
	add("clock_event_seconds_total", 0, "hw_power_brake")
	add("ecc_errors_total", 0, "uncorrectable")
	set("row_remap_failed", 0)
	set("fabric_manager_status", 3)
	add("nvlink_errors_total", 0, "integrity")
	add("xid_errors_total", 0)
}
