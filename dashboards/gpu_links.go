package dashboards

func gpuLinks() []panel {
	return []panel{framebuffer(), nvlink(), pcie()}
}

func framebuffer() panel {
	return graph("Framebuffer", about{
		means: "Memory in use on each GPU; dashed, what there is. Engines take it at their start: this is no" +
			" measure of KV pressure.",
		moves:  "an engine restarts (a step), or leaks (a slope).",
		metric: "gpu:memory_used_bytes, gpu:memory_capacity_bytes",
	},
		ask("gpu:memory_used_bytes{NODE}", gpuName),
		ask("max(gpu:memory_capacity_bytes{NODE})", "capacity"),
	).unit("bytes").fromZero().limit("B")
}

func nvlink() panel {
	return graph("NVLink", about{
		means:  "Bytes per second over all links of each GPU, both ways.",
		moves:  "with tokens; less at the same load is a lost link.",
		metric: "gpu:nvlink_bytes_per_second:rate5m",
	},
		ask("gpu:nvlink_bytes_per_second:rate5m{NODE}", gpuName),
	).unit("Bps").fromZero().noData("No NVLink")
}

func pcie() panel {
	return graph("PCIe", about{
		means:  "Bytes per second of each GPU, both ways.",
		moves:  "a surge is KV cache on its way to or from the host.",
		metric: "gpu:pcie_bytes_per_second:rate5m",
	},
		ask("gpu:pcie_bytes_per_second:rate5m{NODE}", gpuName),
	).unit("Bps").fromZero()
}
