package dcgm

import (
	"maps"
	"slices"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// targetInfo joins a target with its GPUs:
//
//	firsttoken_target_gpu_info * on (hostengine, uuid) group_left () dcgm_gpu_power_watts
//
// It has one series for each target and GPU. A series begins when the engine first names the GPU, and
// stays while the GPU is lost.
type targetInfo struct {
	desc *prometheus.Desc
}

func newTargetInfo() targetInfo {
	return targetInfo{prometheus.NewDesc("firsttoken_target_gpu_info",
		"The GPUs that serve a target, as its configuration says.",
		[]string{"target", "hostengine", "gpu", "uuid"}, nil)}
}

// targetGPUKey holds the labels of one series.
type targetGPUKey struct{ target, engine, gpu, uuid string }

func (t targetInfo) collect(targets map[string][]string, engines []*engineState, out chan<- prometheus.Metric) {
	seen := map[targetGPUKey]bool{}
	for target, entries := range targets {
		for _, entry := range entries {
			for _, key := range resolve(target, entry, engines) {
				seen[key] = true
			}
		}
	}
	for key := range seen {
		out <- metric(t.desc, gauge, 1, []string{key.target, key.engine, key.gpu, key.uuid})
	}
}

// resolve finds the GPUs that an entry names: all of an engine, or one by its UUID. Without host engines
// of ours, dcgm-exporter watches the GPUs, and its series carry the same host name or UUID: there the entry
// becomes a label as it is.
func resolve(target, entry string, engines []*engineState) []targetGPUKey {
	if len(engines) == 0 {
		if isUUID(entry) {
			return []targetGPUKey{{target: target, uuid: entry}}
		}
		return []targetGPUKey{{target: target, engine: entry}}
	}
	var found []targetGPUKey
	for _, e := range engines {
		v := e.latest.Load()
		for i := range v.gpus {
			id := v.gpus[i].id
			if e.engine == entry || id.UUID == entry {
				found = append(found, targetGPUKey{target, e.engine, strconv.FormatUint(uint64(id.Index), 10), id.UUID})
			}
		}
	}
	return found
}

// cloneTargets copies the lists, so that later changes of the caller have no effect.
func cloneTargets(targets map[string][]string) map[string][]string {
	copied := maps.Clone(targets)
	for name := range copied {
		copied[name] = slices.Clone(copied[name])
	}
	return copied
}
