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
// A GPU stands once in it for each target that it serves. It is born when its engine first names
// it, and stays while the GPU is lost.
type targetInfo struct {
	desc *prometheus.Desc
}

func newTargetInfo() targetInfo {
	return targetInfo{prometheus.NewDesc("firsttoken_target_gpu_info", "The GPUs that serve a target, as its configuration says.",
		[]string{"target", "hostengine", "gpu", "uuid"}, nil)}
}

// key are the labels of one series.
type targetGPU struct{ target, engine, gpu, uuid string }

func (t targetInfo) collect(targets map[string][]string, boards []*board, out chan<- prometheus.Metric) {
	seen := map[targetGPU]bool{}
	for target, entries := range targets {
		for _, entry := range entries {
			for _, key := range resolve(target, entry, boards) {
				seen[key] = true
			}
		}
	}
	for key := range seen {
		out <- metric(t.desc, gauge, 1, []string{key.target, key.engine, key.gpu, key.uuid})
	}
}

// resolve finds the GPUs that an entry means: all of an engine, or one by its UUID. A fleet
// without host engines of ours is watched by dcgm-exporter, whose series carry the same host
// name or UUID: there the entry stands for itself.
func resolve(target, entry string, boards []*board) []targetGPU {
	if len(boards) == 0 {
		if isUUID(entry) {
			return []targetGPU{{target: target, uuid: entry}}
		}
		return []targetGPU{{target: target, engine: entry}}
	}
	var found []targetGPU
	for _, b := range boards {
		v := b.view.Load()
		for i := range v.gpus {
			id := v.gpus[i].id
			if b.engine == entry || id.UUID == entry {
				found = append(found, targetGPU{target, b.engine, strconv.FormatUint(uint64(id.Index), 10), id.UUID})
			}
		}
	}
	return found
}

// cloneTargets keeps the caller's later changes out.
func cloneTargets(targets map[string][]string) map[string][]string {
	copied := maps.Clone(targets)
	for name := range copied {
		copied[name] = slices.Clone(copied[name])
	}
	return copied
}
