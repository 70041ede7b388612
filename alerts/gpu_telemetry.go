package alerts

import (
	"strconv"
	"strings"
	"time"
)

// Of the alerts on GPUs that need no trouble of a target.
const (
	lostFor      = 5 * time.Minute
	telemetryFor = 10 * time.Minute
	hardwareKeep = time.Hour // an error is an instant; somebody has to see it
	gpuMemory    = Window("1d")
)

const (
	lostRecord = "gpu:lost:bool"
	// gpuSeen exists for each GPU that anything watches.
	gpuSeen = "gpu:temperature_celsius"
)

// applicationXIDs are the errors that a program of the user's causes, on a GPU that is well. They are those that
// NVIDIA's k8s-device-plugin does not take for a sick GPU: 13 graphics exception, 31 page fault, 43 stopped processing,
// 45 cleanup after another error, 68 video processor, 109 context switch timeout.
func applicationXIDs() []int { return []int{13, 31, 43, 45, 68, 109} }

// hardwareXID holds the GPUs whose newest XID error is none of a program's.
func hardwareXID() string {
	var codes []string
	for _, code := range applicationXIDs() {
		codes = append(codes, "gpu:last_xid == "+strconv.Itoa(code))
	}
	return fill(`
gpu:xid_errors:increase10m > 0
unless on (uuid)
  (
    $application
  )`, values{"application": strings.Join(codes, "\n    or\n    ")})
}

// targetsOf lists the targets that a GPU serves.
func targetsOf() string {
	return " Targets on it:" + each("group by (target) ("+gpuOfTarget+"{$own})", "uuid", " {{ .Labels.target }}") + "."
}

// dashboardOf opens at one of the targets of a GPU or a node, which the labels tell.
func dashboardOf(mapped, labels string) string {
	matchers, args := ownMatchers(labels)
	return GPUUID + `?var-hostengine={{ $labels.hostengine }}{{ with printf "` + mapped + `{` +
		strings.Join(matchers, ",") + `}"` + args + ` | query }}&var-target={{ . | first | label "target" }}{{ end }}`
}

func (b builder) gpuLost() alert {
	return alert{
		name: "GPULost", severity: Ticket, component: gpu,
		expr: lostRecord + " > 0", wait: lostFor, keep: burnKeep,
		summary: "GPU {{ $labels.gpu }} of {{ $labels.hostengine }} is lost",
		details: "It gives no more values ({{ $value }}), though its node's others or their host engine do. UUID: " +
			"{{ $labels.uuid }}." + targetsOf(),
		by:        b.byNode + ", uuid",
		action:    "Run nvidia-smi on the node. If it does not list the GPU, or hangs, drain the node and reset the GPU.",
		dashboard: dashboardOf(gpuOfTarget, "uuid"),
	}
}

// gpuTelemetryDown leaves out the nodes whose prober is gone, as ProberDown says that.
func (b builder) gpuTelemetryDown() alert {
	return alert{
		name: "GPUTelemetryDown", severity: Ticket, component: gpu,
		expr: b.fill(`
count by ($byNode) (last_over_time($seen[$memory]))
unless on ($byNode)
  $seen
unless on ($byNode)
  (
    last_over_time(dcgm_up[$memory])
  unless on ($byNode)
    dcgm_up
  )
or on ($byNode)
max by ($byNode) (dcgm_up) == 0`, values{
			"seen": gpuSeen, "memory": string(gpuMemory),
		}),
		wait: telemetryFor, keep: burnKeep,
		summary: "Nothing is known of the GPUs of {{ $labels.hostengine }} any more",
		details: "{{ $value }} GPUs were seen within " + string(gpuMemory) + ", and none is now (0: none ever was, the host" +
			" engine cannot be reached). Latencies of targets on this node go unexplained.",
		by:        b.byNode,
		action:    "On the node: systemctl status nvidia-dcgm, or look at the pod of dcgm-exporter. Restart it.",
		dashboard: dashboardOf(nodeOfTarget, b.byNode),
	}
}

// gpuHardwareError is a ticket for who repairs GPUs; GPUDegradation pages if users notice.
func (b builder) gpuHardwareError() alert {
	of := func(cause, expr string) string {
		return fill(`label_replace($expr, "cause", "$cause", "", "")`, values{"expr": indent(expr), "cause": cause})
	}
	return alert{
		name: "GPUHardwareError", severity: Ticket, component: gpu,
		expr: either(
			of("xid", hardwareXID()),
			of("ecc", "gpu:ecc_uncorrectable_errors:increase1h > 0"),
			of("row_remap", "gpu:row_remap_failed > 0"),
		),
		keep:    hardwareKeep,
		summary: "GPU {{ $labels.gpu }} of {{ $labels.hostengine }} reports a hardware error: {{ $labels.cause }}",
		details: "{{ $value | " + whole + " }} {{ $labels.cause }} errors; the last XID error is " +
			lookup("gpu:last_xid", whole, "uuid") + ". UUID: {{ $labels.uuid }}." + targetsOf(),
		by:        b.byNode + ", uuid, cause",
		action:    "Look the XID up in NVIDIA's catalogue: reset or replace as it says, and drain the node first.",
		dashboard: dashboardOf(gpuOfTarget, "uuid"),
	}
}
