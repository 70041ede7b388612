//go:build cgo && linux && !nodcgm

package dcgm

import (
	"strings"
	"testing"
)

func TestEightB200sInBaseUnits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newNode(t, dir, "127.0.0.1:5555").serve(append(b200s(), "field 3 155 d 640.25")...)
	r := newHarness(t, dir, "node1=127.0.0.1:5555", nil)
	r.collector.SetTargets(map[string][]string{"kimi": {"node1"}})
	s := r.eventually("values", want(
		of(0, "power_watts"), "812.5",
		of(3, "power_watts"), "640.25",
		of(0, "power_limit_watts"), "1000",
		of(0, "energy_joules_total"), "123456.789", // from millijoules
		of(0, "temperature_celsius"), "61",
		of(0, "memory_temperature_celsius"), "58",
		of(0, "temperature_margin_celsius"), "24",
		of(0, "sm_clock_hertz"), "1965000000", // from MHz
		of(0, "sm_clock_max_hertz"), "1965000000",
		of(0, "memory_clock_hertz"), "3996000000",
		of(0, "clock_event_seconds_total", `reason="sw_power_cap"`), "1.5", // from nanoseconds
		of(0, "clock_event_seconds_total", `reason="hw_thermal"`), "0.0025",
		of(0, "clock_event_active", `reason="hw_slowdown"`), "0",
		of(0, "clock_event_active", `reason="clocks_setting"`), "0",
		of(0, "clock_event_active", `reason="sw_power_cap"`), absent, // it is counted in seconds
		of(0, "memory_used_bytes"), "174685421568", // 166593 MiB
		of(0, "memory_capacity_bytes"), "192265846784",
		of(0, "memory_reserved_bytes"), "652214272",
		of(0, "utilization_ratio"), "0.97", // from percent
		of(0, "graphics_engine_active_ratio"), "0.96",
		of(0, "sm_active_ratio"), "0.91",
		of(0, "sm_occupancy_ratio"), "0.33",
		of(0, "tensor_active_ratio"), "0.47",
		of(0, "dram_active_ratio"), "0.58",
		of(0, "nvlink_transmit_bytes_total"), "9000000000000",
		of(0, "nvlink_receive_bytes_total"), "8999999999999",
		of(0, "nvlink_receive_bytes_per_second"), absent, // the counter is better
		of(0, "pcie_transmit_bytes_total"), "5000000000",
		of(0, "pcie_receive_bytes_per_second"), absent,
		of(0, "nvlink_errors_total", `kind="symbol"`), "42",
		of(0, "nvlink_errors_total", `kind="recovery"`), "1",
		of(0, "nvlink_bit_error_ratio", `kind="effective"`), "1e-18",
		of(0, "fabric_manager_status"), "3",
		of(0, "fabric_health_status"), "1",
		of(0, "pcie_replays_total"), "2",
		of(0, "pcie_link_generation"), "5",
		of(0, "pcie_link_width_max"), "16",
		of(0, "ecc_errors_total", `severity="correctable"`), "4",
		of(0, "remapped_rows_total", `kind="correctable"`), "1",
		of(0, "row_remap_failed"), "0",
		of(0, "recovery_action"), "0",
		of(7, "xid_errors_total"), "0", // from the start, so that increase() sees the first
		of(7, "last_xid"), absent,
		of(7, "up"), "1",
		of(1, "info", `driver_version="580.95.05"`, `model="NVIDIA B200"`, `pci_bus_id="00000000:1B:00.0"`), "1",
		engine("dcgm_up"), "1",
		engine("dcgm_gpus"), "8",
		engine("dcgm_build_info", `client_version="4.5.3"`, `hostengine_version="4.6.1"`), "1",
		engine("dcgm_reconnects_total"), "0",
		engine("dcgm_agent_restarts_total"), "0",
		failures("poll", "-21"), "0",
	))
	if len(s) >= 500 {
		t.Errorf("%d series for eight GPUs, want fewer than 500", len(s))
	}
	t.Logf("%d series for eight GPUs", len(s))
	recorded(t, s)
	for name := range s {
		if strings.HasPrefix(name, "DCGM_FI_") || strings.HasPrefix(name, "dcgm_field_unsupported") {
			t.Errorf("unexpected %s", name)
		}
	}
}

func TestWhatIsNoValueIsAbsent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newNode(t, dir, "127.0.0.1:5555").serve(append(b200s(),
		"blank 0 155 null",
		"blank 1 155 notfound",
		"blank 2 100 notsupported",
		"blank 3 150 noperm",
		"blank 4 1004 null",
		"fstatus 5 252 -15",
		"field 6 1009 i 2147483632", // a 32-bit blank in a 64-bit field
		"blank * 153 notsupported",
		"blank * 1002 noperm",
		"fstatus * 1003 -6",
	)...)
	r := newHarness(t, dir, "node1=127.0.0.1:5555", nil)
	s := r.eventually("values", want(
		of(0, "power_watts"), absent,
		of(1, "power_watts"), absent,
		of(2, "power_watts"), "812.5",
		of(2, "sm_clock_hertz"), absent,
		of(3, "temperature_celsius"), absent,
		of(4, "tensor_active_ratio"), absent,
		of(4, "dram_active_ratio"), "0.58",
		of(5, "memory_used_bytes"), absent,
		of(6, "memory_used_bytes"), "174685421568",
		engine("dcgm_field_unsupported", `field="153"`, `reason="not_supported"`), "1",
		engine("dcgm_field_unsupported", `field="1002"`, `reason="no_permission"`), "1",
		engine("dcgm_field_unsupported", `field="1003"`, `reason="not_supported"`), "1",
		engine("dcgm_field_unsupported", `field="155"`, `reason="not_supported"`), absent, // two of eight
		of(0, "up"), "1",
	))
	for name, value := range s {
		if value == "NaN" || strings.Contains(value, "9.22337") || strings.Contains(value, "1.40737") {
			t.Errorf("a sentinel came through: %s %s", name, value)
		}
	}
}

func TestFieldsThatTheEngineRefusesAreIsolated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newNode(t, dir, "127.0.0.1:5555").serve(append(b200s(),
		"unsupported_watch 1002", "unsupported_watch 1005", "unknown_field 1219", "unknown_field 1424")...)
	r := newHarness(t, dir, "node1=127.0.0.1:5555", nil)
	r.eventually("all but the refused", want(
		of(0, "sm_active_ratio"), absent,
		of(0, "dram_active_ratio"), absent,
		of(0, "nvlink_errors_total", `kind="effective"`), absent,
		of(0, "clock_event_seconds_total", `reason="hw_power_brake"`), absent,
		of(0, "clock_event_active", `reason="hw_power_brake"`), "0", // sampled instead
		of(0, "tensor_active_ratio"), "0.47",
		of(0, "sm_occupancy_ratio"), "0.33",
		of(0, "nvlink_errors_total", `kind="symbol"`), "42",
		of(0, "clock_event_seconds_total", `reason="hw_thermal"`), "0.0025",
		of(7, "power_watts"), "812.5",
		engine("dcgm_field_unsupported", `field="1002"`, `reason="refused"`), "1",
		engine("dcgm_field_unsupported", `field="1005"`, `reason="refused"`), "1",
		engine("dcgm_field_unsupported", `field="1219"`, `reason="refused"`), "1",
		engine("dcgm_field_unsupported", `field="1424"`, `reason="refused"`), "1",
		engine("dcgm_field_unsupported", `field="1003"`, `reason="refused"`), absent,
		failures("watch", "-6"), absent,
	))
}

// TestHopperFallsBack: an H100 has no NVLink 5 counters and an older engine no PCIe totals.
func TestHopperFallsBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := newNode(t, dir, "127.0.0.1:5555")
	n.serve(append(b200s(), "field * 50 s NVIDIA H100 80GB HBM3", "field * 1011 i 450000000", "field * 1009 i 12000000",
		"blank * 1201 notsupported", "blank * 1203 notsupported", "unknown_field 1091", "unknown_field 1092")...)
	r := newHarness(t, dir, "node1=127.0.0.1:5555", nil)
	r.eventually("rates in place of counters", want(
		of(0, "nvlink_transmit_bytes_per_second"), "450000000",
		of(0, "nvlink_transmit_bytes_total"), absent,
		of(0, "pcie_transmit_bytes_per_second"), "12000000",
		of(0, "pcie_transmit_bytes_total"), absent,
		of(0, "info", `driver_version="580.95.05"`, `model="NVIDIA H100 80GB HBM3"`, `pci_bus_id="00000000:1A:00.0"`), "1",
	))
}

func TestMixedModelsOnOneNode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newNode(t, dir, "127.0.0.1:5555").serve(append(b200s(), "field 7 50 s NVIDIA H100 80GB HBM3", "field 7 155 d 301")...)
	r := newHarness(t, dir, "node1=127.0.0.1:5555", nil)
	r.eventually("both models", want(of(0, "power_watts"), "812.5", of(7, "power_watts"), "301",
		of(7, "up"), "1", engine("dcgm_gpus"), "8"))
}

func TestLegacyNamesAndExtraFields(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newNode(t, dir, "127.0.0.1:5555").serve(append(b200s(), "field * 1014 d 0.25", "field 0 55 i 4")...)
	r := newHarness(t, dir, "node1=127.0.0.1:5555", func(o *Options, _ *agentTiming) {
		o.LegacyNames = true
		o.ExtraFields = FieldIDs{1014, 155, 9}
	})
	labels := `{DCGM_FI_DRIVER_VERSION="580.95.05",UUID="` + uuid(0) +
		`",device="nvidia4",gpu="0",hostname="node1",modelName="NVIDIA B200",pci_bus_id="00000000:1A:00.0"}`
	r.eventually("both names", want(
		"DCGM_FI_DEV_FB_USED"+labels, "166593", // in MiB, as ever
		"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"+labels, "123456789",
		"DCGM_FI_DEV_GPU_UTIL"+labels, "97",
		"DCGM_FI_PROF_PCIE_TX_BYTES"+labels, "7", // although ours has a counter
		"DCGM_FI_DEV_CLOCKS_EVENT_REASONS"+labels, "4",
		"DCGM_FI_DEV_XID_ERRORS"+labels, "0",
		of(0, "memory_used_bytes"), "174685421568",
		of(0, "extra_field", `field="1014"`), "0.25",
		of(0, "extra_field", `field="155"`), absent, // it has a name
		engine("dcgm_field_unsupported", `field="9"`, `reason="not_supported"`), "1",
	))
}

func TestTargetsJoinTheirGPUs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newNode(t, dir, "_run_dcgm.sock").serve(b200s()...)
	r := newHarness(t, dir, "node1=unix:///run/dcgm.sock", nil)
	info := func(target string, gpu string, id string) string {
		return `firsttoken_target_gpu_info{gpu="` + gpu + `",hostengine="node1",target="` + target + `",uuid="` + id + `"}`
	}
	r.collector.SetTargets(map[string][]string{
		"whole":  {"node1", uuid(2)},           // named twice, joined once
		"half":   {uuid(0), uuid(1)},           //
		"absent": {"GPU-gone-1", "node-other"}, // unknown: no series, no error
	})
	s := r.eventually("joins", want(
		info("whole", "2", uuid(2)), "1", info("whole", "7", uuid(7)), "1",
		info("half", "1", uuid(1)), "1"))
	n := 0
	for name := range s {
		if strings.HasPrefix(name, "firsttoken_target_gpu_info") {
			n++
		}
	}
	if n != 10 {
		t.Errorf("%d joins, want 8 of the node and 2 by UUID", n)
	}
	r.collector.SetTargets(nil)
	r.eventually("no targets", want(info("half", "1", uuid(1)), absent))
}
