package dcgm

import "slices"

// fields are the fields that are watched by default, chosen for B200. A field that another GPU does
// not have is refused by its engine or answered with a blank, and then has no series.
func fields() []field {
	all := powerFields()
	all = append(all, clockFields()...)
	all = append(all, loadFields()...)
	all = append(all, linkFields()...)
	all = append(all, memoryHealthFields()...)
	return all
}

// part is one of the fields that make up a series, and its value of the series' label.
type part struct {
	id    uint16
	value string
}

// by are the fields of a series of several parts.
func (f field) by(parts ...part) []field {
	all := make([]field, len(parts))
	for i, p := range parts {
		all[i] = f
		all[i].id, all[i].value = p.id, p.value
	}
	return all
}

func powerFields() []field {
	return []field{
		{
			id: 155, name: "power_watts", kind: gauge, legacy: "DCGM_FI_DEV_POWER_USAGE",
			help: "Board power, averaged by the driver over about a second.",
		},
		{
			id: 164, name: "power_limit_watts", kind: gauge, legacy: "DCGM_FI_DEV_ENFORCED_POWER_LIMIT",
			help: "Power limit that the driver enforces after all limiters.",
		},
		{
			id: 156, name: "energy_joules_total", kind: counter, unit: millijoules,
			legacy: "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", help: "Energy since the driver was loaded.",
		},
		{
			id: 150, name: "temperature_celsius", kind: gauge, legacy: "DCGM_FI_DEV_GPU_TEMP",
			help: "Temperature of the GPU die.",
		},
		{
			id: 140, name: "memory_temperature_celsius", kind: gauge, legacy: "DCGM_FI_DEV_MEMORY_TEMP",
			help: "Temperature of the HBM.",
		},
		{
			id: 153, name: "temperature_margin_celsius", kind: gauge, legacy: "DCGM_FI_DEV_GPU_TEMP_LIMIT",
			help: "Distance to the nearest slowdown threshold; throttling begins at 0.",
		},
	}
}

func clockFields() []field {
	const seconds = "Time spent with lowered clocks, by reason, since the driver was loaded."
	all := []field{
		{
			id: 100, name: "sm_clock_hertz", kind: gauge, unit: megahertz, legacy: "DCGM_FI_DEV_SM_CLOCK",
			help: "Clock of the streaming multiprocessors.",
		},
		{
			id: 113, name: "sm_clock_max_hertz", kind: gauge, unit: megahertz, legacy: "DCGM_FI_DEV_MAX_SM_CLOCK",
			help: "Highest clock that the streaming multiprocessors support.",
		},
		{
			id: 101, name: "memory_clock_hertz", kind: gauge, unit: megahertz, legacy: "DCGM_FI_DEV_MEM_CLOCK",
			help: "Clock of the memory.",
		},
		{id: fieldClockReasons, kind: gauge, legacy: "DCGM_FI_DEV_CLOCKS_EVENT_REASONS"},
	}
	reasons := field{
		name: "clock_event_seconds_total", kind: counter, unit: nanoseconds, label: "reason", help: seconds,
	}
	return append(all, reasons.by(
		part{1420, "sw_power_cap"}, part{1421, "sync_boost"}, part{1422, "sw_thermal"}, part{1423, "hw_thermal"},
		part{1424, "hw_power_brake"},
	)...)
}

func loadFields() []field {
	return []field{
		{
			id: 252, name: "memory_used_bytes", kind: gauge, unit: mebibytes, legacy: "DCGM_FI_DEV_FB_USED",
			help: "Framebuffer in use. Engines take it all at start, so this is no measure of KV cache pressure.",
		},
		{
			id: 250, name: "memory_capacity_bytes", kind: gauge, unit: mebibytes, legacy: "DCGM_FI_DEV_FB_TOTAL",
			help: "Framebuffer of the GPU.",
		},
		{
			id: 253, name: "memory_reserved_bytes", kind: gauge, unit: mebibytes, legacy: "DCGM_FI_DEV_FB_RESERVED",
			help: "Framebuffer that driver and firmware keep for themselves.",
		},
		{
			id: 203, name: "utilization_ratio", kind: gauge, unit: percent, legacy: "DCGM_FI_DEV_GPU_UTIL",
			help: "Share of time with any kernel running, however small. Prefer the activity ratios.",
		},
		{
			id: 1001, name: "graphics_engine_active_ratio", kind: gauge, legacy: "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
			help: "Share of the last interval in which the compute engine was active.",
		},
		{
			id: 1002, name: "sm_active_ratio", kind: gauge, legacy: "DCGM_FI_PROF_SM_ACTIVE",
			help: "Share of the last interval in which a multiprocessor had work, averaged over all of them.",
		},
		{
			id: 1003, name: "sm_occupancy_ratio", kind: gauge, legacy: "DCGM_FI_PROF_SM_OCCUPANCY",
			help: "Resident warps by the most that could be, averaged over the last interval.",
		},
		{
			id: 1004, name: "tensor_active_ratio", kind: gauge, legacy: "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
			help: "Share of cycles in which the tensor cores were active, of any precision; high in prefill.",
		},
		{
			id: 1005, name: "dram_active_ratio", kind: gauge, legacy: "DCGM_FI_PROF_DRAM_ACTIVE",
			help: "Share of cycles in which the memory interface was busy; high in decode.",
		},
	}
}

func linkFields() []field {
	return slices.Concat(trafficFields(), linkErrorFields(), linkStateFields())
}

func trafficFields() []field {
	return []field{
		{
			id: 1201, name: "nvlink_transmit_bytes_total", kind: counter,
			help: "Bytes sent over NVLink, all links together.",
		},
		{
			id: 1203, name: "nvlink_receive_bytes_total", kind: counter,
			help: "Bytes received over NVLink, all links together.",
		},
		{
			id: 1011, name: "nvlink_transmit_bytes_per_second", kind: gauge, unless: 1201,
			legacy: "DCGM_FI_PROF_NVLINK_TX_BYTES",
			help:   "Rate sent over NVLink, where the GPU has no byte counter (before NVLink 5).",
		},
		{
			id: 1012, name: "nvlink_receive_bytes_per_second", kind: gauge, unless: 1203,
			legacy: "DCGM_FI_PROF_NVLINK_RX_BYTES",
			help:   "Rate received over NVLink, where the GPU has no byte counter (before NVLink 5).",
		},
		{
			id: 1091, name: "pcie_transmit_bytes_total", kind: counter,
			help: "Bytes sent over PCIe, headers included (DCGM 4.6).",
		},
		{
			id: 1092, name: "pcie_receive_bytes_total", kind: counter,
			help: "Bytes received over PCIe, headers included (DCGM 4.6).",
		},
		{
			id: 1009, name: "pcie_transmit_bytes_per_second", kind: gauge, unless: 1091, legacy: "DCGM_FI_PROF_PCIE_TX_BYTES",
			help: "Rate sent over PCIe in the last interval, where there is no byte counter.",
		},
		{
			id: 1010, name: "pcie_receive_bytes_per_second", kind: gauge, unless: 1092, legacy: "DCGM_FI_PROF_PCIE_RX_BYTES",
			help: "Rate received over PCIe in the last interval, where there is no byte counter.",
		},
	}
}

func linkErrorFields() []field {
	const (
		errors = "NVLink errors, all links together, by kind."
		ber    = "NVLink bit error ratio as the hardware computes it, by kind."
	)
	count := field{name: "nvlink_errors_total", kind: counter, label: "kind", cadence: slow, help: errors}
	ratio := field{name: "nvlink_bit_error_ratio", kind: gauge, label: "kind", cadence: slow, help: ber}
	return append(
		count.by(
			part{1206, "receive"}, part{1209, "integrity"}, part{1210, "transmit_discard"},
			part{1212, "recovery_failed"}, part{1213, "recovery"}, part{1214, "symbol"}, part{1219, "effective"},
		),
		ratio.by(part{1216, "symbol"}, part{1218, "effective"})...)
}

func linkStateFields() []field {
	return []field{
		{
			id: 170, name: "fabric_manager_status", kind: gauge, cadence: slow, legacy: "DCGM_FI_DEV_FABRIC_MANAGER_STATUS",
			help: "0 not supported, 1 not started, 2 in progress, 3 success, 4 failure, 5 unrecognized, 6 driver too old.",
		},
		{
			id: 175, name: "fabric_health_status", kind: gauge, cadence: slow,
			help: "0 not supported, 1 healthy, 2 unhealthy, 3 limited capacity (DCGM 4.6).",
		},
		{
			id: 202, name: "pcie_replays_total", kind: counter, cadence: slow, legacy: "DCGM_FI_DEV_PCIE_REPLAY_COUNTER",
			help: "PCIe packets sent again.",
		},
		{
			id: 1501, name: "pcie_correctable_errors_total", kind: counter, cadence: slow,
			help: "Correctable PCIe errors.",
		},
		{
			id: 237, name: "pcie_link_generation", kind: gauge, cadence: slow, legacy: "DCGM_FI_DEV_PCIE_LINK_GEN",
			help: "PCIe generation of the link now; it falls when the GPU is idle.",
		},
		{
			id: 235, name: "pcie_link_generation_max", kind: gauge, cadence: slow, legacy: "DCGM_FI_DEV_PCIE_MAX_LINK_GEN",
			help: "Highest PCIe generation of GPU and slot.",
		},
		{
			id: 238, name: "pcie_link_width", kind: gauge, cadence: slow, legacy: "DCGM_FI_DEV_PCIE_LINK_WIDTH",
			help: "PCIe lanes in use.",
		},
		{
			id: 236, name: "pcie_link_width_max", kind: gauge, cadence: slow, legacy: "DCGM_FI_DEV_PCIE_MAX_LINK_WIDTH",
			help: "PCIe lanes of GPU and slot.",
		},
	}
}

func memoryHealthFields() []field {
	const (
		ecc  = "ECC errors since the driver was loaded, by severity."
		rows = "Memory rows remapped over the life of the GPU, by the kind of error."
	)
	return []field{
		{
			id: 310, name: "ecc_errors_total", kind: counter, label: "severity", value: "correctable", cadence: slow,
			legacy: "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL", help: ecc,
		},
		{
			id: 311, name: "ecc_errors_total", kind: counter, label: "severity", value: "uncorrectable", cadence: slow,
			legacy: "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", help: ecc,
		},
		{
			id: 393, name: "remapped_rows_total", kind: counter, label: "kind", value: "uncorrectable", cadence: slow,
			legacy: "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", help: rows,
		},
		{
			id: 394, name: "remapped_rows_total", kind: counter, label: "kind", value: "correctable", cadence: slow,
			legacy: "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS", help: rows,
		},
		{
			id: 395, name: "row_remap_failed", kind: gauge, cadence: slow, legacy: "DCGM_FI_DEV_ROW_REMAP_FAILURE",
			help: "1 when a row could not be remapped: replace the GPU.",
		},
		{
			id: 396, name: "row_remap_pending", kind: gauge, cadence: slow, legacy: "DCGM_FI_DEV_ROW_REMAP_PENDING",
			help: "1 when a remapping waits for a reset of the GPU.",
		},
		{
			id: 346, name: "sram_threshold_exceeded", kind: gauge, cadence: slow,
			help: "1 when the uncorrectable SRAM errors have passed their threshold: replace the GPU.",
		},
		{
			id: 1507, name: "memory_unrepairable", kind: gauge, cadence: slow,
			help: "1 when memory has errors that cannot be repaired (DCGM 4.5).",
		},
		{
			id: 1523, name: "recovery_action", kind: gauge, cadence: slow,
			help: "What the driver asks for: 0 nothing, 1 reset, 2 reboot, 3 drain peer-to-peer, 4 drain and reset (DCGM 4.5).",
		},
	}
}
