package alerts

import "time"

// Of the GPU alert.
const (
	gpuFor          = 2 * time.Minute
	gpuKeep         = 10 * time.Minute
	gpuTTFTRatio    = 1.25 // slowdown of the target from which on a GPU's trouble is felt by users
	ThrottleRatio   = 0.01 // of the time with clocks lowered by heat or the power brake
	StragglerSpread = 0.2  // between the busiest and the idlest GPU of a node
)

// GPUDegradedRecord exists for each target with a GPU in trouble, by target and cause; its value is
// what the cause is measured by.
const GPUDegradedRecord = "target_cause:gpu_degraded:max"

// Which GPUs and nodes are whose. A target's configuration names GPUs by UUID or whole nodes
// (firsttoken_target_gpu_info); a dcgm-exporter that was found through /sd/engines has the target as
// a label of its own series, which the gpu:* records drop.
const (
	gpuOfTarget  = "target_uuid:gpu:mapped"
	nodeOfTarget = "target_hostengine:gpu:mapped"
)

// cause is a way in which GPUs make their target slow, over the gpu:* records of gpu.rules.yml.
type cause struct {
	name    string
	ofNodes bool   // of whole nodes, where the others are of single GPUs
	expr    string // the GPUs or nodes in trouble
}

func (b builder) causes() []cause {
	return []cause{
		{name: "throttling", expr: "gpu:throttle_ratio:rate5m > " + number(ThrottleRatio)},
		{name: "xid", expr: "gpu:xid_errors:increase10m > 0"},
		{name: "memory", expr: either("gpu:ecc_uncorrectable_errors:increase1h > 0", "gpu:row_remap_failed > 0")},
		{
			name: "straggler", ofNodes: true,
			expr: "hostengine:gpu_sm_active_spread:ratio10m > " + number(StragglerSpread),
		},
		{name: "fabric", expr: either(b.fabricDown(), b.nvlinkErrors())},
		{name: "lost", expr: lostRecord},
	}
}

// fabricDown is true where the fabric manager's status is neither 3, success, nor 0, a GPU without a fabric.
func (b builder) fabricDown() string {
	return b.fill("max by ($byNode, uuid) "+
		"(dcgm_gpu_fabric_manager_status != 3 and dcgm_gpu_fabric_manager_status > 0)", nil)
}

func (b builder) nvlinkErrors() string {
	return b.fill("max by ($byNode, uuid) "+
		`(increase(dcgm_gpu_nvlink_errors_total{kind=~"integrity|recovery_failed"}[10m])) > 0`, nil)
}

func (b builder) gpuRecords() []Rule {
	const temperature = `{__name__=~"DCGM_FI_DEV_GPU_TEMP|DCGM_FI_DEV_GPU_TEMP_CELSIUS", target!="", GPU_I_ID=""}`
	rules := []Rule{
		record(gpuOfTarget, b.fill(`
max by ($byEngine, uuid) (firsttoken_target_gpu_info{uuid!=""})
or
max by ($byEngine, uuid) (
  label_replace($temperature, "uuid", "$1", "UUID", "(.+)")
) * 0 + 1`, values{"temperature": temperature})),
		record(nodeOfTarget, b.fill(`
max by ($byEngine, hostengine) (firsttoken_target_gpu_info{hostengine!=""})
or
max by ($byEngine, hostengine) (
  $gpus * on (uuid) group_left (hostengine) max by (hostengine, uuid) (gpu:temperature_celsius)
) * 0 + 1`, values{"gpus": gpuOfTarget})),
	}
	for _, c := range b.causes() {
		r := record(GPUDegradedRecord, b.causeOfTarget(c))
		r.Labels.Cause = c.name
		rules = append(rules, r)
	}
	return rules
}

// causeOfTarget is the cause's worst value among the target's GPUs, or among those of its nodes where a
// target has whole nodes.
func (b builder) causeOfTarget(c cause) string {
	if c.ofNodes {
		return b.fill(`
max by ($byEngine) (
  $map * on ($byNode) group_left () max by ($byNode) ($expr)
)`, values{"map": nodeOfTarget, "expr": indent(c.expr)})
	}
	return b.fill(`
max by ($byEngine) (
  $map * on (uuid) group_left () max by (uuid) ($expr)
)
or
max by ($byEngine) (
  max by ($byEngine, hostengine) (firsttoken_target_gpu_info{uuid=""})
  * on ($byNode) group_left () max by ($byNode) ($expr)
)`, values{"map": gpuOfTarget, "expr": indent(c.expr)})
}

func (b builder) gpuDegradation() alert {
	burn := b.Burns.Over6h
	quick := Slower().TTFT.Rows[0].Window
	slowdown := "exp(" + b.levelRecord(Slower().TTFT, "residual", quick)
	return alert{
		name: "GPUDegradation", severity: Page, component: gpu,
		expr: b.fill(`
$degraded
and on ($byEngine)
  (
    max by ($byEngine) ($slowdown) > $ratio
  or
    max by ($byEngine) ($bad{slo=~"ttft|tps"} > $threshold{slo=~"ttft|tps"})
  )`, values{
			"degraded": GPUDegradedRecord,
			"slowdown": slowdown + ")", "ratio": number(gpuTTFTRatio),
			"bad": RatioRecord(burn.Short), "threshold": ThresholdRecord(burn.Long),
		}),
		wait: gpuFor, keep: gpuKeep,
		summary: "{{ $labels.target }} is slow, and its GPUs are in trouble: {{ $labels.cause }}",
		details: "{{ $labels.cause }} stands at {{ $value | humanize }} on the worst GPU of this target" +
			" (a ratio for throttling and straggler, a count or a state for the others)," +
			" and its latency is worse than usual or than promised. TTFT against other days: " +
			valueOf(slowdown+"{$own})", "humanize", b.byEngine) + " times over " + string(quick) +
			". GPUs active: " + lookup("target:gpu_sm_active_ratio:avg", "humanizePercentage", b.byEngine) + ".",
		by:        b.byEngine + ", cause",
		action:    "Drain the node of the GPU dashboard's worst GPU, or move traffic away from the target.",
		dashboard: gpuDashboard,
	}
}
