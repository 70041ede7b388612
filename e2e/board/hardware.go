package board

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/e2e/lab"
)

// gpusPerNode serve each target.
const gpusPerNode = 4

// gpu is one GPU of a recorded scrape: exporter/dcgm through the real client, from the fake host
// engine. Every series of the recording is here, under the target's node; those that a load moves
// are moved (minute), by a sketch of a B200 that is no measurement.
type gpu struct {
	series  map[string]*lab.Series // by metric and the labels that are not the GPU's own
	unknown []string               // moved, but not in the recording
	random  *rand.Rand
}

// recording is held to what exporter/dcgm gives by a test there.
const recording = "../../exporter/dcgm/testdata/b200.prom"

// recordedGPU is the nth GPU of the recording, in another node behind a target.
func recordedGPU(target, node string, n int) (*gpu, error) {
	f, err := os.Open(recording)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", recording, err)
	}
	g := &gpu{series: map[string]*lab.Series{}, random: rand.New(rand.NewPCG(uint64(n), 7))}
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
			mine = value == fmt.Sprint(n)
		case other:
			value = to
		case l.GetName() == "reason" || l.GetName() == "kind" || l.GetName() == "severity":
			key += " " + value
		}
		pairs = append(pairs, l.GetName(), value)
	}
	if mine {
		g.series[key] = lab.NewSeries(name, pairs...)
		g.series[key].Value = m.GetUntyped().GetValue()
	}
}

// at is a recorded series by its name and the value of its own label, if it has one.
func (g *gpu) at(name string, of ...string) *lab.Series {
	key := strings.Join(append([]string{"dcgm_gpu_" + name}, of...), " ")
	if g.series[key] == nil {
		g.unknown = append(g.unknown, key)
		g.series[key] = &lab.Series{}
	}
	return g.series[key]
}

// hardware puts GPUs behind a target, each minute of its segments.
func hardware(ctx context.Context, s *lab.Server, n int, x subject, since time.Duration) error {
	node := fmt.Sprintf("b200-%c", 'a'+n)
	var gpus []*gpu
	for i := range gpusPerNode {
		g, err := recordedGPU(x.name, node, i)
		if err != nil {
			return err
		}
		gpus = append(gpus, g)
	}
	for _, seg := range x.segments {
		if seg.ago > since {
			continue
		}
		for d := time.Minute; d <= seg.lasts; d += time.Minute {
			at := now().Add(d - seg.ago)
			var all []*lab.Series
			for i, g := range gpus {
				hot := n == 0 && i == 2 && seg.ago-d < 100*time.Minute && seg.ago-d > 60*time.Minute
				g.minute(seg.tpm, hot)
				if hot && seg.ago-d == 65*time.Minute {
					g.at("xid_errors_total").Value++
				}
				for _, m := range g.series {
					all = append(all, m)
				}
			}
			if err := s.Append(ctx, at, all); err != nil {
				return err
			}
		}
	}
	return nil
}

// minute is one minute under a load; a hot GPU loses clocks to heat.
func (g *gpu) minute(tpm float64, hot bool) {
	busy := 1 - math.Exp(-tpm/900_000) // of what four GPUs carry
	noise := func(scale float64) float64 { return 1 + scale*(g.random.Float64()-0.5) }
	clock, heat, throttled := 1965e6*noise(0.01), 0.0, 0.0
	if hot {
		clock, heat, throttled = 1250e6*noise(0.04), 22, 40
	}
	power := (190 + 800*busy) * noise(0.06) * clock / 1965e6
	set := func(name string, v float64) { g.at(name).Value = v }
	add := func(name string, v float64, of ...string) { g.at(name, of...).Value += v }
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
