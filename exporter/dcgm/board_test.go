package dcgm

import (
	"log/slog"
	"math"
	"slices"
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

// desk is a collector with one board that the test fills by hand.
func desk(t *testing.T) (*Collector, *board) {
	t.Helper()
	o := Options{Interval: 10 * time.Second, SlowInterval: time.Minute}
	if err := o.Hostengines.Set("node1=10.0.0.7:5555"); err != nil {
		t.Fatal(err)
	}
	c := newCollector(o, o.pace(), nil, slog.New(slog.DiscardHandler))
	return c, c.boards[0]
}

// said is a poll of one GPU in which field 155 has a timestamp and a value.
func said(ts int64, watts float64) *Poll {
	return &Poll{Asked: []uint16{155}, GPUs: []GPU{{UUID: "GPU-1", Samples: []Sample{{155, ts, watts}}}}}
}

const (
	wattsHelp = "# HELP dcgm_gpu_power_watts Board power, averaged by the driver over about a second.\n# TYPE dcgm_gpu_power_watts gauge\n"
	watts500  = wattsHelp + `dcgm_gpu_power_watts{gpu="0",hostengine="node1",uuid="GPU-1"} 500` + "\n"
	upHelp    = "# HELP dcgm_gpu_up 1 while the GPU answers with new samples; 0 once it is lost, frozen, or its host engine away.\n# TYPE dcgm_gpu_up gauge\n"
	up1       = upHelp + `dcgm_gpu_up{gpu="0",hostengine="node1",uuid="GPU-1"} 1` + "\n"
	up0       = upHelp + `dcgm_gpu_up{gpu="0",hostengine="node1",uuid="GPU-1"} 0` + "\n"
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
				c, b := desk(t)
				for i, stamp := range row.stamps {
					if i > 0 {
						time.Sleep(10 * time.Second)
					}
					b.poll(said(stamp*1e6, 500), time.Now())
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
		c, b := desk(t)
		b.poll(said(1e6, 500), time.Now())
		time.Sleep(30*time.Second - time.Nanosecond)
		expect(t, c, watts500+up1, "dcgm_gpu_power_watts", "dcgm_gpu_up")
		time.Sleep(time.Nanosecond)
		expect(t, c, up0, "dcgm_gpu_power_watts", "dcgm_gpu_up")
	})
}

// TestDeadOnArrival: at the first poll there is no timestamp before it, but its neighbours'.
func TestDeadOnArrival(t *testing.T) {
	c, b := desk(t)
	const now = 1000 * 1e6
	b.poll(&Poll{Asked: []uint16{100, 150, 155, 1214}, GPUs: []GPU{{UUID: "GPU-1", Samples: []Sample{
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
		c, b := desk(t)
		first := said(1e6, 500)
		first.Asked = append(first.Asked, 202)
		first.GPUs[0].Samples = append(first.GPUs[0].Samples, Sample{202, 1e6, 9})
		b.poll(first, time.Now())
		replays := `
			# HELP dcgm_gpu_pcie_replays_total PCIe packets sent again.
			# TYPE dcgm_gpu_pcie_replays_total counter
			dcgm_gpu_pcie_replays_total{gpu="0",hostengine="node1",uuid="GPU-1"} 9
		`
		for i := range 17 {
			time.Sleep(10 * time.Second)
			b.poll(said(int64(i+2)*1e7, 500), time.Now())
		}
		expect(t, c, replays, "dcgm_gpu_pcie_replays_total") // 170 s
		time.Sleep(10 * time.Second)
		b.poll(said(20*1e7, 500), time.Now())
		expect(t, c, "", "dcgm_gpu_pcie_replays_total") // 180 s
	})
}

// TestLostGPUWithoutItsName: a lost GPU may no longer say its UUID, and keeps its series.
func TestLostGPUWithoutItsName(t *testing.T) {
	c, b := desk(t)
	b.poll(said(1e6, 500), time.Now())
	b.poll(&Poll{Asked: []uint16{155}, GPUs: []GPU{{Index: 0, Lost: true}}}, time.Now())
	expect(t, c, up0, "dcgm_gpu_power_watts", "dcgm_gpu_up")
}

// TestReplacedGPU: another GPU at the same index is another GPU.
func TestReplacedGPU(t *testing.T) {
	c, b := desk(t)
	b.poll(said(1e6, 500), time.Now())
	other := said(2e6, 600)
	other.GPUs[0].UUID = "GPU-2"
	b.poll(other, time.Now())
	expect(t, c, wattsHelp+`dcgm_gpu_power_watts{gpu="0",hostengine="node1",uuid="GPU-2"} 600`+"\n"+
		up0+`dcgm_gpu_up{gpu="0",hostengine="node1",uuid="GPU-2"} 1`+"\n", "dcgm_gpu_power_watts", "dcgm_gpu_up")
}

func TestXIDCount(t *testing.T) {
	event := func(ts, code int64) XID { return XID{0, ts, code} }
	for _, row := range []struct {
		name  string
		polls [][]XID
		total uint64
		last  int64
	}{
		{"history does not count", [][]XID{{event(1, 31), event(2, 48)}}, 0, 48},
		{"then each does", [][]XID{{}, {event(1, 31)}, {event(2, 48), event(3, 48)}}, 3, 48},
		{"a replay does not", [][]XID{{}, {event(1, 31), event(2, 48)}, {event(1, 31), event(2, 48)}}, 2, 48},
		{"two at one instant", [][]XID{{}, {event(5, 31)}, {event(5, 31), event(5, 48)}}, 2, 48},
		{"out of order within a poll", [][]XID{{}, {event(9, 79), event(3, 13)}}, 2, 79},
	} {
		t.Run(row.name, func(t *testing.T) {
			var x xidCount
			for _, poll := range row.polls {
				x.take(slices.Clone(poll))
			}
			if x.total != row.total || x.last != row.last {
				t.Errorf("%d events, last %d; want %d, last %d", x.total, x.last, row.total, row.last)
			}
		})
	}
}

func TestBlanks(t *testing.T) {
	for _, row := range []struct {
		value int64
		want  blankness
	}{
		{0, present}, {-1, present}, {blankInt32 - 1, present},
		{blankInt32, blankNull}, {blankInt32 + 1, blankAbsent}, {blankInt32 + 2, blankLacking}, {blankInt32 + 3, blankDenied},
		{blankInt32 + 4, present}, {math.MaxInt32, present}, {1 << 40, present}, // byte counters pass through here
		{blankInt64 - 1, present},
		{blankInt64, blankNull}, {blankInt64 + 1, blankAbsent}, {blankInt64 + 2, blankLacking}, {blankInt64 + 3, blankDenied},
		{math.MaxInt64, blankNull}, // everything from the blank up
	} {
		if got := blankInt(row.value); got != row.want {
			t.Errorf("integer %d: %d, want %d", row.value, got, row.want)
		}
	}
	for _, row := range []struct {
		value float64
		want  blankness
	}{
		{0, present}, {1 << 46, present}, {blankFP64 + 0.5, present}, {blankFP64 + 4, present}, {1e18, present},
		{blankFP64, blankNull}, {blankFP64 + 1, blankAbsent}, {blankFP64 + 2, blankLacking}, {blankFP64 + 3, blankDenied},
		{math.NaN(), blankNull}, {math.Inf(1), blankNull},
	} {
		if got := blankFloat(row.value); got != row.want {
			t.Errorf("double %v: %d, want %d", row.value, got, row.want)
		}
	}
	for text, want := range map[string]bool{"": true, "<<<NULL>>>": true, "<<<NOT_SUPPORTED>>>": true, "NVIDIA B200": false} {
		if got := blankString(text); got != want {
			t.Errorf("text %q: %v, want %v", text, got, want)
		}
	}
}

func TestBackoff(t *testing.T) {
	between := func(got, want time.Duration) bool { return got >= want*8/10 && got <= want*12/10 }
	b := backoff{pace: Options{Interval: 10 * time.Second}.pace()}
	lost := &Failure{opPoll, "-21", ""}
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		if got := b.after(time.Second, lost); !between(got, want*time.Second) {
			t.Errorf("failure %d: %v, want about %ds", i+1, got, want)
		}
	}
	for range 100 { // no overflow, however long the engine stays away
		if got := b.after(0, lost); !between(got, time.Minute) {
			t.Fatalf("%v, want about a minute", got)
		}
	}
	if got := b.after(2*time.Minute, lost); !between(got, time.Second) {
		t.Errorf("after a long life: %v, want about 1s", got)
	}
	for _, f := range []*Failure{{opConnect, "-12", ""}, {opEnumerate, "-20", ""}, {opLibrary, codeUnknown, ""}} {
		if got := b.after(0, f); !between(got, 5*time.Minute) {
			t.Errorf("%s %s: %v, want about 5m: only an operator can mend it", f.Op, f.Code, got)
		}
	}
	b.after(0, lost)
	if got := b.after(0, &Failure{opTopology, "0", ""}); !between(got, time.Second) {
		t.Errorf("changed GPUs: %v, want about 1s", got)
	}
}

func TestCodeOf(t *testing.T) {
	for text, want := range map[string]string{
		"error connecting to nv-hostengine: Host engine connection invalid/disconnected": "-21",
		"error watching fields: Feature not supported":                                   "-6",
		"dcgmGetValuesSince_v2 failed with error code -21":                               "-21", // the one text with a number
		"anything else": codeUnknown,
	} {
		if got := codeOf(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestLint holds all names to the conventions of Prometheus.
func TestLint(t *testing.T) {
	c, b := desk(t)
	var samples []Sample
	var asked []uint16
	for _, f := range fields() {
		samples, asked = append(samples, Sample{f.id, 1e6, 1}), append(asked, f.id)
	}
	b.connected(Session{Client: "4.5.3", Hostengine: "4.6.1"})
	b.poll(&Poll{Asked: asked, GPUs: []GPU{{UUID: "GPU-1", Samples: samples}}}, time.Now())
	c.SetTargets(map[string][]string{"kimi": {"node1"}})
	problems, err := testutil.CollectAndLint(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// TestFieldTable: an identifier stands once, and two fields of one series differ in their label.
func TestFieldTable(t *testing.T) {
	ids, names := map[uint16]bool{}, map[string]bool{}
	for _, f := range fields() {
		key := f.name + "{" + f.label + "=" + f.value
		if ids[f.id] || f.name != "" && names[key] {
			t.Errorf("field %d %s stands twice", f.id, key)
		}
		ids[f.id], names[key] = true, true
	}
	o := Options{ExtraFields: make(FieldIDs, maxExtraFields)}
	for i := range o.ExtraFields {
		o.ExtraFields[i] = uint16(2000 + i)
	}
	if n := len(o.spec(Hostengine{}).watched(fast)); n > 128 {
		t.Errorf("%d fast fields with all extra ones, a field group holds 128", n)
	}
}

func TestSpecSurvivesItsArgument(t *testing.T) {
	o := Options{Interval: time.Second, SlowInterval: time.Minute, ExtraFields: FieldIDs{1014, 1015}}
	s := o.spec(Hostengine{"node1", "unix:///run/nvidia-dcgm.sock"})
	got, err := parseSpec(s.String())
	if err != nil || got.String() != s.String() || got.Extra.String() != "1014,1015" || got.Slow != time.Minute {
		t.Errorf("%v %v, want %v", got, err, s)
	}
	for _, bad := range []string{"", "{}", "hello"} {
		if _, err := parseSpec(bad); err == nil {
			t.Errorf("%q was taken for a spec", bad)
		}
	}
}
