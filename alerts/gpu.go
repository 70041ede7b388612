package alerts

// GPUDegradedRecord is there for each target with a GPU in trouble, by target and cause; its value is
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
	name  string
	level string // uuid or hostengine
	expr  string // keeps what is in trouble
}

func causes() []cause {
	return []cause{
		{"throttling", "uuid", "gpu:throttle_ratio:rate5m > " + number(ThrottleRatio)},
		{"xid", "uuid", "gpu:xid_errors:increase10m > 0"},
		{"memory", "uuid", "gpu:ecc_uncorrectable_errors:increase1h > 0\nor\ngpu:row_remap_failed > 0"},
		{"straggler", "hostengine", "hostengine:gpu_sm_active_spread:ratio10m > " + number(StragglerSpread)},
		// 3 is success, 0 a GPU without a fabric.
		{"fabric", "uuid", `max by (hostengine, uuid) (dcgm_gpu_fabric_manager_status != 3 and dcgm_gpu_fabric_manager_status > 0)
or
max by (hostengine, uuid) (increase(dcgm_gpu_nvlink_errors_total{kind=~"integrity|recovery_failed"}[10m])) > 0`},
	}
}

func gpuRecords() []Rule {
	rules := []Rule{
		record(gpuOfTarget, `
max by (target, uuid) (firsttoken_target_gpu_info{uuid!=""})
or
max by (target, uuid) (
  label_replace({__name__=~"DCGM_FI_DEV_GPU_TEMP|DCGM_FI_DEV_GPU_TEMP_CELSIUS", target!="", GPU_I_ID=""}, "uuid", "$1", "UUID", "(.+)")
) * 0 + 1`[1:]),
		record(nodeOfTarget, fill(`
max by (target, hostengine) (firsttoken_target_gpu_info{hostengine!=""})
or
max by (target, hostengine) (
  $gpus * on (uuid) group_left (hostengine) max by (hostengine, uuid) (gpu:temperature_celsius)
) * 0 + 1`, "gpus", gpuOfTarget)),
	}
	for _, c := range causes() {
		r := record(GPUDegradedRecord, c.ofTarget())
		r.Labels = []Pair{{"cause", c.name}}
		rules = append(rules, r)
	}
	return rules
}

// ofTarget is the cause's worst value among the target's GPUs; of a target that has whole nodes,
// among theirs.
func (c cause) ofTarget() string {
	nodes := fill(`
max by (target) (
  $map * on (hostengine) group_left () max by (hostengine) ($expr)
)`, "map", nodeOfTarget, "expr", indent(c.expr))
	if c.level == "hostengine" {
		return nodes
	}
	return fill(`
max by (target) (
  $map * on (uuid) group_left () max by (uuid) ($expr)
)
or
max by (target) (
  max by (target, hostengine) (firsttoken_target_gpu_info{uuid=""})
  * on (hostengine) group_left () max by (hostengine) ($expr)
)`, "map", gpuOfTarget, "expr", indent(c.expr))
}

func gpuAlerts() []alert {
	return []alert{{
		name: "GPUDegradation", severity: Page, component: GPU,
		expr: fill(`
$degraded
and on (target)
  (
    max by (target) ($slowdown) > $ratio
  or
    max by (target) ($bad{slo=~"ttft|tps"} > $threshold{slo=~"ttft|tps"})
  )`, "degraded", GPUDegradedRecord, "slowdown", SlowdownRecord("30m"), "ratio", number(GPUTTFTRatio),
			"bad", RatioRecord("30m"), "threshold", ThresholdRecord("6h")),
		wait: GPUFor, keep: GPUKeep,
		summary: "{{ $labels.target }} is slow, and its GPUs are in trouble: {{ $labels.cause }}",
		details: "{{ $labels.cause }} stands at {{ $value | humanize }} on the worst GPU of this target (a ratio for throttling and straggler, a count or a state for the others), and its latency is worse than usual or than promised. TTFT against yesterday: " +
			ask(SlowdownRecord("30m"), "humanize", "target") + " times over 30m. GPUs active: " + ask("target:gpu_sm_active_ratio:avg", "humanizePercentage", "target") + ".",
		dashboard: gpuDashboard,
	}}
}
