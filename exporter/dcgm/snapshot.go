package dcgm

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// snapshot is an engineState at one instant. It never changes.
type snapshot struct {
	polled    time.Time // zero before the first poll
	session   sessionInfo
	connected bool
	missing   []missingField
	gpus      []gpuSnapshot
}

type gpuSnapshot struct {
	id      gpuAnswer
	lost    bool
	until   time.Time // when its last fast sample expires
	metrics []expiringMetric
	xids    float64
	lastXID int64
	anyXID  bool
	info    prometheus.Metric // its identity, known even while it is lost
}

// collect exports what is true at an instant. It waits for nothing and asks the engine nothing.
func (e *engineState) collect(now time.Time, out chan<- prometheus.Metric) {
	latest := e.latest.Load()
	fresh := latest.fresh(now, e.periods)
	for i := range latest.gpus {
		gpu := &latest.gpus[i]
		e.collectGPU(gpu, fresh && !gpu.lost && gpu.until.After(now), out)
		for _, m := range gpu.metrics {
			if fresh && m.until.After(now) {
				out <- m.metric
			}
		}
	}
}

// collectGPU exports the series that a GPU keeps whether it answers or not.
func (e *engineState) collectGPU(gpu *gpuSnapshot, answers bool, out chan<- prometheus.Metric) {
	d, g := e.descriptors, &knownGPU{id: gpu.id}
	up := 0.0
	if answers {
		up = 1
	}
	out <- metric(d.up, gauge, up, g.labels(e.engine))
	out <- metric(d.xids, counter, gpu.xids, g.labels(e.engine))
	if gpu.anyXID {
		out <- metric(d.lastXID, gauge, float64(gpu.lastXID), g.labels(e.engine))
	}
	if s := d.byField[fieldXID]; s.legacyDesc != nil {
		out <- metric(s.legacyDesc, gauge, float64(gpu.lastXID), g.legacyLabels(e.engine))
	}
	out <- gpu.info
}

// fresh reports whether the engine was polled within the last intervals.
func (s *snapshot) fresh(now time.Time, p samplePeriods) bool {
	return !s.polled.IsZero() && now.Sub(s.polled) < staleIntervals*p.fast
}

// gpusPresent counts the GPUs that are not lost.
func (s *snapshot) gpusPresent() int {
	n := 0
	for i := range s.gpus {
		if !s.gpus[i].lost {
			n++
		}
	}
	return n
}
