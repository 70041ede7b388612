package dcgm

import "github.com/prometheus/client_golang/prometheus"

// cadence says how often a field is worth reading.
type cadence int

const (
	fast cadence = iota // each interval: what explains the latency of this minute
	slow                // each slow interval: what breaks once a month
)

// field is one DCGM field and the series made of it. The identifier is the only stable name that
// DCGM has: 4.6 renamed nearly all symbols, dcgm-exporter 4.9 renamed its metrics after them.
// Source: dcgm_fields.h of go-dcgm v1.4611.2.
type field struct {
	id      uint16
	name    string // of the metric, without its prefix
	help    string
	kind    prometheus.ValueType
	unit    unit // from DCGM's unit to the base unit; nil keeps the number
	label   string
	value   string // of the label
	cadence cadence
	unless  uint16 // a better field for the same thing: while a GPU reports that one, this one is silent
	legacy  legacyName
}

// legacyName is what dcgm-exporter up to 4.8 calls the field, in DCGM's own unit.
type legacyName struct {
	name string
	kind prometheus.ValueType
}

const (
	gauge   = prometheus.GaugeValue
	counter = prometheus.CounterValue
)

// Identifiers that the code treats by themselves.
const (
	fieldDriver       = 1
	fieldModel        = 50
	fieldUUID         = 54
	fieldMinor        = 55
	fieldPCI          = 57
	fieldClockReasons = 112
	fieldXID          = 230
)

// unit converts a raw number. Divisions are divisions: 1500 mJ / 1000 is 1.5, 1500 * 0.001 is not.
type unit func(float64) float64

func megahertz(v float64) float64   { return v * 1e6 }
func mebibytes(v float64) float64   { return v * (1 << 20) }
func millijoules(v float64) float64 { return v / 1e3 }
func nanoseconds(v float64) float64 { return v / 1e9 }

// percent is for field 203, which DCGM 4.6 calls GPU_UTIL_RATIO and still fills with 0 to 100.
func percent(v float64) float64 { return v / 100 }

// fields is the set that is watched by default, chosen for B200. What another GPU does not know is
// refused by its engine or answered with a blank, and left out.
func fields() []field {
	all := powerFields()
	all = append(all, clockFields()...)
	all = append(all, loadFields()...)
	all = append(all, linkFields()...)
	all = append(all, memoryHealthFields()...)
	return all
}

func powerFields() []field {
	return []field{
		{id: 155, name: "power_watts", kind: gauge, help: "Board power, averaged by the driver over about a second.", legacy: legacyName{"DCGM_FI_DEV_POWER_USAGE", gauge}},
		{id: 164, name: "power_limit_watts", kind: gauge, help: "Power limit that the driver enforces after all limiters.", legacy: legacyName{"DCGM_FI_DEV_ENFORCED_POWER_LIMIT", gauge}},
		{id: 156, name: "energy_joules_total", kind: counter, unit: millijoules, help: "Energy since the driver was loaded.", legacy: legacyName{"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", counter}},
		{id: 150, name: "temperature_celsius", kind: gauge, help: "Temperature of the GPU die.", legacy: legacyName{"DCGM_FI_DEV_GPU_TEMP", gauge}},
		{id: 140, name: "memory_temperature_celsius", kind: gauge, help: "Temperature of the HBM.", legacy: legacyName{"DCGM_FI_DEV_MEMORY_TEMP", gauge}},
		{id: 153, name: "temperature_margin_celsius", kind: gauge, help: "Distance to the nearest slowdown threshold; throttling begins at 0.", legacy: legacyName{"DCGM_FI_DEV_GPU_TEMP_LIMIT", gauge}},
	}
}

func clockFields() []field {
	const seconds = "Time spent with lowered clocks, by reason, since the driver was loaded."
	return []field{
		{id: 100, name: "sm_clock_hertz", kind: gauge, unit: megahertz, help: "Clock of the streaming multiprocessors.", legacy: legacyName{"DCGM_FI_DEV_SM_CLOCK", gauge}},
		{id: 113, name: "sm_clock_max_hertz", kind: gauge, unit: megahertz, help: "Highest clock that the streaming multiprocessors support.", legacy: legacyName{"DCGM_FI_DEV_MAX_SM_CLOCK", gauge}},
		{id: 101, name: "memory_clock_hertz", kind: gauge, unit: megahertz, help: "Clock of the memory.", legacy: legacyName{"DCGM_FI_DEV_MEM_CLOCK", gauge}},
		{id: fieldClockReasons, legacy: legacyName{"DCGM_FI_DEV_CLOCKS_EVENT_REASONS", gauge}},
		{id: 1420, name: "clock_event_seconds_total", kind: counter, unit: nanoseconds, label: "reason", value: "sw_power_cap", help: seconds},
		{id: 1421, name: "clock_event_seconds_total", kind: counter, unit: nanoseconds, label: "reason", value: "sync_boost", help: seconds},
		{id: 1422, name: "clock_event_seconds_total", kind: counter, unit: nanoseconds, label: "reason", value: "sw_thermal", help: seconds},
		{id: 1423, name: "clock_event_seconds_total", kind: counter, unit: nanoseconds, label: "reason", value: "hw_thermal", help: seconds},
		{id: 1424, name: "clock_event_seconds_total", kind: counter, unit: nanoseconds, label: "reason", value: "hw_power_brake", help: seconds},
	}
}

func loadFields() []field {
	return []field{
		{id: 252, name: "memory_used_bytes", kind: gauge, unit: mebibytes, help: "Framebuffer in use. Engines take it all at start, so this is no measure of KV cache pressure.", legacy: legacyName{"DCGM_FI_DEV_FB_USED", gauge}},
		{id: 250, name: "memory_capacity_bytes", kind: gauge, unit: mebibytes, help: "Framebuffer of the GPU.", legacy: legacyName{"DCGM_FI_DEV_FB_TOTAL", gauge}},
		{id: 253, name: "memory_reserved_bytes", kind: gauge, unit: mebibytes, help: "Framebuffer that driver and firmware keep for themselves.", legacy: legacyName{"DCGM_FI_DEV_FB_RESERVED", gauge}},
		{id: 203, name: "utilization_ratio", kind: gauge, unit: percent, help: "Share of time with any kernel running, however small. Prefer the activity ratios.", legacy: legacyName{"DCGM_FI_DEV_GPU_UTIL", gauge}},
		{id: 1001, name: "graphics_engine_active_ratio", kind: gauge, help: "Share of the last interval in which the compute engine was active.", legacy: legacyName{"DCGM_FI_PROF_GR_ENGINE_ACTIVE", gauge}},
		{id: 1002, name: "sm_active_ratio", kind: gauge, help: "Share of the last interval in which a multiprocessor had work, averaged over all of them.", legacy: legacyName{"DCGM_FI_PROF_SM_ACTIVE", gauge}},
		{id: 1003, name: "sm_occupancy_ratio", kind: gauge, help: "Resident warps by the most that could be, averaged over the last interval.", legacy: legacyName{"DCGM_FI_PROF_SM_OCCUPANCY", gauge}},
		{id: 1004, name: "tensor_active_ratio", kind: gauge, help: "Share of cycles in which the tensor cores were active, of any precision; high in prefill.", legacy: legacyName{"DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", gauge}},
		{id: 1005, name: "dram_active_ratio", kind: gauge, help: "Share of cycles in which the memory interface was busy; high in decode.", legacy: legacyName{"DCGM_FI_PROF_DRAM_ACTIVE", gauge}},
	}
}

func linkFields() []field {
	const (
		errors = "NVLink errors, all links together, by kind."
		ber    = "NVLink bit error ratio as the hardware computes it, by kind."
	)
	return []field{
		{id: 1201, name: "nvlink_transmit_bytes_total", kind: counter, help: "Bytes sent over NVLink, all links together."},
		{id: 1203, name: "nvlink_receive_bytes_total", kind: counter, help: "Bytes received over NVLink, all links together."},
		{id: 1011, name: "nvlink_transmit_bytes_per_second", kind: gauge, unless: 1201, help: "Rate sent over NVLink, where the GPU has no byte counter (before NVLink 5).", legacy: legacyName{"DCGM_FI_PROF_NVLINK_TX_BYTES", gauge}},
		{id: 1012, name: "nvlink_receive_bytes_per_second", kind: gauge, unless: 1203, help: "Rate received over NVLink, where the GPU has no byte counter (before NVLink 5).", legacy: legacyName{"DCGM_FI_PROF_NVLINK_RX_BYTES", gauge}},
		{id: 1091, name: "pcie_transmit_bytes_total", kind: counter, help: "Bytes sent over PCIe, headers included (DCGM 4.6)."},
		{id: 1092, name: "pcie_receive_bytes_total", kind: counter, help: "Bytes received over PCIe, headers included (DCGM 4.6)."},
		{id: 1009, name: "pcie_transmit_bytes_per_second", kind: gauge, unless: 1091, help: "Rate sent over PCIe in the last interval, where there is no byte counter.", legacy: legacyName{"DCGM_FI_PROF_PCIE_TX_BYTES", gauge}},
		{id: 1010, name: "pcie_receive_bytes_per_second", kind: gauge, unless: 1092, help: "Rate received over PCIe in the last interval, where there is no byte counter.", legacy: legacyName{"DCGM_FI_PROF_PCIE_RX_BYTES", gauge}},
		{id: 1206, name: "nvlink_errors_total", kind: counter, label: "kind", value: "receive", help: errors, cadence: slow},
		{id: 1209, name: "nvlink_errors_total", kind: counter, label: "kind", value: "integrity", help: errors, cadence: slow},
		{id: 1210, name: "nvlink_errors_total", kind: counter, label: "kind", value: "transmit_discard", help: errors, cadence: slow},
		{id: 1212, name: "nvlink_errors_total", kind: counter, label: "kind", value: "recovery_failed", help: errors, cadence: slow},
		{id: 1213, name: "nvlink_errors_total", kind: counter, label: "kind", value: "recovery", help: errors, cadence: slow},
		{id: 1214, name: "nvlink_errors_total", kind: counter, label: "kind", value: "symbol", help: errors, cadence: slow},
		{id: 1219, name: "nvlink_errors_total", kind: counter, label: "kind", value: "effective", help: errors, cadence: slow},
		{id: 1216, name: "nvlink_bit_error_ratio", kind: gauge, label: "kind", value: "symbol", help: ber, cadence: slow},
		{id: 1218, name: "nvlink_bit_error_ratio", kind: gauge, label: "kind", value: "effective", help: ber, cadence: slow},
		{id: 170, name: "fabric_manager_status", kind: gauge, help: "0 not supported, 1 not started, 2 in progress, 3 success, 4 failure, 5 unrecognized, 6 driver too old.", cadence: slow, legacy: legacyName{"DCGM_FI_DEV_FABRIC_MANAGER_STATUS", gauge}},
		{id: 175, name: "fabric_health_status", kind: gauge, help: "0 not supported, 1 healthy, 2 unhealthy, 3 limited capacity (DCGM 4.6).", cadence: slow},
		{id: 202, name: "pcie_replays_total", kind: counter, help: "PCIe packets sent again.", cadence: slow, legacy: legacyName{"DCGM_FI_DEV_PCIE_REPLAY_COUNTER", counter}},
		{id: 1501, name: "pcie_correctable_errors_total", kind: counter, help: "Correctable PCIe errors.", cadence: slow},
		{id: 237, name: "pcie_link_generation", kind: gauge, help: "PCIe generation of the link now; it falls when the GPU is idle.", cadence: slow, legacy: legacyName{"DCGM_FI_DEV_PCIE_LINK_GEN", gauge}},
		{id: 235, name: "pcie_link_generation_max", kind: gauge, help: "Highest PCIe generation of GPU and slot.", cadence: slow, legacy: legacyName{"DCGM_FI_DEV_PCIE_MAX_LINK_GEN", gauge}},
		{id: 238, name: "pcie_link_width", kind: gauge, help: "PCIe lanes in use.", cadence: slow, legacy: legacyName{"DCGM_FI_DEV_PCIE_LINK_WIDTH", gauge}},
		{id: 236, name: "pcie_link_width_max", kind: gauge, help: "PCIe lanes of GPU and slot.", cadence: slow, legacy: legacyName{"DCGM_FI_DEV_PCIE_MAX_LINK_WIDTH", gauge}},
	}
}

func memoryHealthFields() []field {
	const (
		ecc  = "ECC errors since the driver was loaded, by severity."
		rows = "Memory rows remapped over the life of the GPU, by the kind of error."
	)
	return []field{
		{id: 310, name: "ecc_errors_total", kind: counter, label: "severity", value: "correctable", help: ecc, cadence: slow, legacy: legacyName{"DCGM_FI_DEV_ECC_SBE_VOL_TOTAL", counter}},
		{id: 311, name: "ecc_errors_total", kind: counter, label: "severity", value: "uncorrectable", help: ecc, cadence: slow, legacy: legacyName{"DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", counter}},
		{id: 393, name: "remapped_rows_total", kind: counter, label: "kind", value: "uncorrectable", help: rows, cadence: slow, legacy: legacyName{"DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", counter}},
		{id: 394, name: "remapped_rows_total", kind: counter, label: "kind", value: "correctable", help: rows, cadence: slow, legacy: legacyName{"DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS", counter}},
		{id: 395, name: "row_remap_failed", kind: gauge, help: "1 when a row could not be remapped: replace the GPU.", cadence: slow, legacy: legacyName{"DCGM_FI_DEV_ROW_REMAP_FAILURE", gauge}},
		{id: 396, name: "row_remap_pending", kind: gauge, help: "1 when a remapping waits for a reset of the GPU.", cadence: slow, legacy: legacyName{"DCGM_FI_DEV_ROW_REMAP_PENDING", gauge}},
		{id: 346, name: "sram_threshold_exceeded", kind: gauge, help: "1 when the uncorrectable SRAM errors have passed their threshold: replace the GPU.", cadence: slow},
		{id: 1507, name: "memory_unrepairable", kind: gauge, help: "1 when memory has errors that cannot be repaired (DCGM 4.5).", cadence: slow},
		{id: 1523, name: "recovery_action", kind: gauge, help: "What the driver asks for: 0 nothing, 1 reset, 2 reboot, 3 drain peer-to-peer, 4 drain and reset (DCGM 4.5).", cadence: slow},
	}
}

// clockReason is one bit of field 112. Reasons that DCGM also counts in seconds are sampled only
// where the GPU lacks the counter: a sample between two polls misses what a counter does not.
// Idle and display are left out, they explain no latency.
type clockReason struct {
	bit     uint64
	name    string
	counter uint16
}

func clockReasons() []clockReason {
	return []clockReason{
		{bit: 0x2, name: "clocks_setting"},
		{bit: 0x4, name: "sw_power_cap", counter: 1420},
		{bit: 0x8, name: "hw_slowdown"},
		{bit: 0x10, name: "sync_boost", counter: 1421},
		{bit: 0x20, name: "sw_thermal", counter: 1422},
		{bit: 0x40, name: "hw_thermal", counter: 1423},
		{bit: 0x80, name: "hw_power_brake", counter: 1424},
	}
}
