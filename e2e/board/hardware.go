package board

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/firsttoken/firsttoken/e2e/lab"
)

// gpusPerNode serve each target.
const gpusPerNode = 4

// gpu is one made-up GPU: gauges that follow the load, and counters that add them up. Names, labels
// and units are those of exporter/dcgm; the numbers are a sketch of a B200 and no measurement.
type gpu struct {
	series   map[string]*lab.Series
	random   *rand.Rand
	node, id string
	uuid     string
}

func newGPU(node string, n int) *gpu {
	return &gpu{
		series: map[string]*lab.Series{}, random: rand.New(rand.NewPCG(uint64(n), 7)),
		node: node, id: fmt.Sprint(n), uuid: fmt.Sprintf("GPU-%s-%d", node, n),
	}
}

func (g *gpu) at(name string, more ...string) *lab.Series {
	key := name + fmt.Sprint(more)
	if g.series[key] == nil {
		pairs := append([]string{"job", "firsttoken", "instance", "prober:9977", "hostengine", g.node, "gpu", g.id, "uuid", g.uuid}, more...)
		g.series[key] = lab.NewSeries("dcgm_gpu_"+name, pairs...)
	}
	return g.series[key]
}

// hardware makes GPUs up for a target, each minute of its segments.
func hardware(ctx context.Context, s *lab.Server, n int, x subject, since time.Duration) error {
	node := fmt.Sprintf("b200-%c", 'a'+n)
	var gpus []*gpu
	var info []*lab.Series
	for i := range gpusPerNode {
		g := newGPU(node, i)
		gpus = append(gpus, g)
		m := lab.NewSeries("firsttoken_target_gpu_info", "job", "firsttoken", "instance", "prober:9977", "target", x.name, "hostengine", node, "gpu", g.id, "uuid", g.uuid)
		m.Value = 1
		info = append(info, m)
	}
	for _, seg := range x.segments {
		if seg.ago > since {
			continue
		}
		for d := time.Minute; d <= seg.lasts; d += time.Minute {
			at := now().Add(d - seg.ago)
			all := append([]*lab.Series(nil), info...)
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
	add := func(name string, v float64, more ...string) { g.at(name, more...).Value += v }
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
	add("clock_event_seconds_total", 60*math.Max(0, busy-0.6)*0.5, "reason", "sw_power_cap")
	add("clock_event_seconds_total", throttled, "reason", "hw_thermal")
	add("clock_event_seconds_total", 0, "reason", "sw_thermal")
	add("clock_event_seconds_total", 0, "reason", "hw_power_brake")
	add("ecc_errors_total", 0, "severity", "uncorrectable")
	set("row_remap_failed", 0)
	set("fabric_manager_status", 3)
	add("nvlink_errors_total", 0, "kind", "integrity")
	add("xid_errors_total", 0)
}
