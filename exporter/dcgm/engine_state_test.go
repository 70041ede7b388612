package dcgm

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// expect compares all that a collector exports now, or only some names.
func expect(t *testing.T, c *Collector, text string, names ...string) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(c); err != nil {
		t.Fatal(err)
	}
	if err := testutil.GatherAndCompare(registry, strings.NewReader(text), names...); err != nil {
		t.Error(err)
	}
}

// unsupervised is a collector with one board that the test fills by hand.
func unsupervised(t *testing.T) (*Collector, *engineState) {
	t.Helper()
	o := Options{Interval: 10 * time.Second, SlowInterval: time.Minute}
	if err := o.Hostengines.Set("node1=10.0.0.7:5555"); err != nil {
		t.Fatal(err)
	}
	c := newCollector(o, o.agentTiming(), nil, slog.New(slog.DiscardHandler))
	return c, c.engines[0]
}

// pollOf is a poll of one GPU in which field 155 has a timestamp and a value.
func pollOf(ts int64, watts float64) *pollAnswer {
	return &pollAnswer{Asked: []uint16{155}, GPUs: []gpuAnswer{{UUID: "GPU-1", Samples: []sample{{155, ts, watts}}}}}
}

const (
	wattsHelp = "# HELP dcgm_gpu_power_watts Board power, averaged by the driver over about a second.\n" +
		"# TYPE dcgm_gpu_power_watts gauge\n"
	watts500 = wattsHelp + `dcgm_gpu_power_watts{gpu="0",hostengine="node1",uuid="GPU-1"} 500` + "\n"
	upHelp   = "# HELP dcgm_gpu_up 1 while the GPU answers with new samples; " +
		"0 once it is lost, frozen, or its host engine away.\n# TYPE dcgm_gpu_up gauge\n"
	up1 = upHelp + `dcgm_gpu_up{gpu="0",hostengine="node1",uuid="GPU-1"} 1` + "\n"
	up0 = upHelp + `dcgm_gpu_up{gpu="0",hostengine="node1",uuid="GPU-1"} 0` + "\n"
)

// TestFreshnessIsTheTimestamp: what counts is that the timestamp changes, by the engine's clock,
// within three intervals of ours.
func TestFreshnessIsTheTimestamp(t *testing.T) {
	for _, row := range []struct {
		name   string
		stamps []int64 // of the polls, 10 s apart, in seconds of the engine
		shown  bool    // just after the last of them
	}{
		{"advancing", []int64{100, 110, 120, 130}, true},
		{"frozen for two intervals", []int64{100, 110, 110, 110}, true},
		{"frozen for three intervals", []int64{100, 110, 110, 110, 110}, false},
		{"frozen and back", []int64{100, 100, 100, 100, 150}, true},
		{"a clock an hour behind", []int64{-3600, -3590, -3580}, true}, // never compared with ours
		{"a clock set back", []int64{100, 110, 40, 50}, true},          // it is another sample all the same
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, b := unsupervised(t)
				for i, stamp := range row.stamps {
					if i > 0 {
						time.Sleep(10 * time.Second)
					}
					b.poll(pollOf(stamp*1e6, 500), time.Now())
				}
				if row.shown {
					expect(t, c, watts500+up1, "dcgm_gpu_power_watts", "dcgm_gpu_up")
				} else {
					expect(t, c, up0, "dcgm_gpu_power_watts", "dcgm_gpu_up")
				}
			})
		})
	}
}

// TestSeriesEndByThemselves: a scrape after the agent fell silent must not show the past.
func TestSeriesEndByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, b := unsupervised(t)
		b.poll(pollOf(1e6, 500), time.Now())
		time.Sleep(30*time.Second - time.Nanosecond)
		expect(t, c, watts500+up1, "dcgm_gpu_power_watts", "dcgm_gpu_up")
		time.Sleep(time.Nanosecond)
		expect(t, c, up0, "dcgm_gpu_power_watts", "dcgm_gpu_up")
	})
}

// TestDeadOnArrival: at the first poll there is no earlier timestamp, only those of the other fields.
func TestDeadOnArrival(t *testing.T) {
	c, b := unsupervised(t)
	const now = 1000 * 1e6
	b.poll(&pollAnswer{Asked: []uint16{100, 150, 155, 1214}, GPUs: []gpuAnswer{{UUID: "GPU-1", Samples: []sample{
		{100, now, 1000},
		{150, now - 30e6, 40},  // three intervals behind: the driver may be slow
		{155, now - 31e6, 500}, // more: it answers no more
		{1214, now - 179e6, 7}, // a slow field has three slow intervals
	}}}}, time.Now())
	expect(t, c, `
		# HELP dcgm_gpu_nvlink_errors_total NVLink errors, all links together, by kind.
		# TYPE dcgm_gpu_nvlink_errors_total counter
		dcgm_gpu_nvlink_errors_total{gpu="0",hostengine="node1",kind="symbol",uuid="GPU-1"} 7
		# HELP dcgm_gpu_temperature_celsius Temperature of the GPU die.
		# TYPE dcgm_gpu_temperature_celsius gauge
		dcgm_gpu_temperature_celsius{gpu="0",hostengine="node1",uuid="GPU-1"} 40
	`, "dcgm_gpu_nvlink_errors_total", "dcgm_gpu_temperature_celsius", "dcgm_gpu_power_watts")
}

// TestSlowFieldsOutliveFastPolls: they are asked for every minute and shown in between.
func TestSlowFieldsOutliveFastPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, b := unsupervised(t)
		first := pollOf(1e6, 500)
		first.Asked = append(first.Asked, 202)
		first.GPUs[0].Samples = append(first.GPUs[0].Samples, sample{202, 1e6, 9})
		b.poll(first, time.Now())
		replays := `
			# HELP dcgm_gpu_pcie_replays_total PCIe packets sent again.
			# TYPE dcgm_gpu_pcie_replays_total counter
			dcgm_gpu_pcie_replays_total{gpu="0",hostengine="node1",uuid="GPU-1"} 9
		`
		for i := range 17 {
			time.Sleep(10 * time.Second)
			b.poll(pollOf(int64(i+2)*1e7, 500), time.Now())
		}
		expect(t, c, replays, "dcgm_gpu_pcie_replays_total") // 170 s
		time.Sleep(10 * time.Second)
		b.poll(pollOf(20*1e7, 500), time.Now())
		expect(t, c, "", "dcgm_gpu_pcie_replays_total") // 180 s
	})
}

// TestLostGPUWithoutItsName: a lost GPU may no longer say its UUID, and keeps its series.
func TestLostGPUWithoutItsName(t *testing.T) {
	c, b := unsupervised(t)
	b.poll(pollOf(1e6, 500), time.Now())
	b.poll(&pollAnswer{Asked: []uint16{155}, GPUs: []gpuAnswer{{Index: 0, Lost: true}}}, time.Now())
	expect(t, c, up0, "dcgm_gpu_power_watts", "dcgm_gpu_up")
}

// TestReplacedGPU: another GPU at the same index is another GPU.
func TestReplacedGPU(t *testing.T) {
	c, b := unsupervised(t)
	b.poll(pollOf(1e6, 500), time.Now())
	other := pollOf(2e6, 600)
	other.GPUs[0].UUID = "GPU-2"
	b.poll(other, time.Now())
	expect(t, c, wattsHelp+`dcgm_gpu_power_watts{gpu="0",hostengine="node1",uuid="GPU-2"} 600`+"\n"+
		up0+`dcgm_gpu_up{gpu="0",hostengine="node1",uuid="GPU-2"} 1`+"\n", "dcgm_gpu_power_watts", "dcgm_gpu_up")
}

// TestLint holds all names to the conventions of Prometheus.
// TestFieldTable: an identifier stands once, and two fields of one series differ in their label.
