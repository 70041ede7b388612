package dcgm

import (
	"log/slog"
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// engineState is what we know of one host engine. Its supervisor writes after each message; scrapes
// read the latest snapshot and take no lock.
type engineState struct {
	engine      string
	descriptors *descriptors
	periods     samplePeriods
	log         *slog.Logger

	mu      sync.Mutex
	gpus    []*knownGPU
	session sessionInfo
	missing map[uint16]string
	latest  atomic.Pointer[snapshot]
}

func newEngineState(engine string, d *descriptors, p samplePeriods, log *slog.Logger) *engineState {
	e := &engineState{engine: engine, descriptors: d, periods: p, log: log, missing: map[uint16]string{}}
	e.latest.Store(&snapshot{})
	return e
}

// connected takes the first message of a session.
func (e *engineState) connected(s sessionInfo) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.session = s
	clear(e.missing)
	for _, m := range s.Refused {
		e.missing[m.Field] = m.Reason
	}
	next := *e.latest.Load()
	next.session, next.connected, next.missing = s, true, e.sortedMissing()
	e.latest.Store(&next)
	e.log.Info("host engine connected", "client", s.Client, "version", s.Hostengine, "refused_fields", len(s.Refused))
}

// poll takes the answer to one poll, which arrived at an instant of our clock.
func (e *engineState) poll(p *pollAnswer, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	clock := pollClock{now, newestTimestamp(p.GPUs), e.periods}
	answered := map[*knownGPU]bool{}
	byIndex := map[uint]*knownGPU{}
	for i := range p.GPUs {
		g := e.known(&p.GPUs[i])
		answered[g], byIndex[g.id.Index] = true, g
		e.markLost(g, p.GPUs[i].Lost)
		if !g.lost {
			g.take(p.GPUs[i].Samples, p.Asked, clock)
		}
	}
	for _, g := range e.gpus {
		if !answered[g] {
			e.markLost(g, true)
		}
	}
	e.countXIDs(p.XIDs, byIndex)
	e.updateMissing(p)
	e.publish(now)
}

func newestTimestamp(gpus []gpuAnswer) int64 {
	ts := int64(math.MinInt64)
	for _, gpu := range gpus {
		for _, s := range gpu.Samples {
			ts = max(ts, s.TS)
		}
	}
	return ts
}

// known finds the GPU that an answer describes by its UUID, or by its index where a lost GPU no
// longer reports its UUID.
func (e *engineState) known(gpu *gpuAnswer) *knownGPU {
	at := slices.IndexFunc(e.gpus, func(g *knownGPU) bool {
		if gpu.UUID == "" || g.id.UUID == "" {
			return g.id.Index == gpu.Index
		}
		return g.id.UUID == gpu.UUID
	})
	if at < 0 {
		e.gpus = append(e.gpus, &knownGPU{held: map[uint16]heldSample{}})
		at = len(e.gpus) - 1
	}
	g := e.gpus[at]
	if gpu.UUID != "" || at == len(e.gpus)-1 && g.id.UUID == "" {
		g.id = *gpu
		g.id.Samples = nil
	}
	return g
}

// markLost drops the values of a GPU that is lost, and logs each change once.
func (e *engineState) markLost(g *knownGPU, lost bool) {
	if lost {
		clear(g.held)
	}
	if lost == g.lost {
		return
	}
	g.lost = lost
	if lost {
		e.log.Warn("gpu lost", "gpu", g.id.Index, "uuid", g.id.UUID)
	} else {
		e.log.Info("gpu back", "gpu", g.id.Index, "uuid", g.id.UUID)
	}
}

func (e *engineState) countXIDs(events []xidEvent, byIndex map[uint]*knownGPU) {
	byGPU := map[*knownGPU][]xidEvent{}
	for _, event := range events {
		if g := byIndex[event.GPU]; g != nil {
			byGPU[g] = append(byGPU[g], event)
		}
	}
	for _, g := range byIndex {
		for _, event := range g.xids.take(byGPU[g]) {
			e.log.Warn("xid error", "gpu", g.id.Index, "uuid", g.id.UUID, "xid", event.Code)
		}
	}
}

// updateMissing replaces what we know of the fields that were asked for. A field that the engine
// refused to watch stays refused for the whole session.
func (e *engineState) updateMissing(p *pollAnswer) {
	refused := map[uint16]bool{}
	for _, m := range e.session.Refused {
		refused[m.Field] = true
	}
	for _, id := range p.Asked {
		if !refused[id] {
			delete(e.missing, id)
		}
	}
	for _, m := range p.Missing {
		e.missing[m.Field] = m.Reason
	}
}

func (e *engineState) sortedMissing() []missingField {
	var out []missingField
	for _, id := range slices.Sorted(maps.Keys(e.missing)) {
		out = append(out, missingField{id, e.missing[id]})
	}
	return out
}

// publish makes the state visible to scrapes.
func (e *engineState) publish(now time.Time) {
	missing := e.sortedMissing()
	if was := e.latest.Load().missing; !slices.Equal(was, missing) {
		e.log.Info("fields that no gpu gives", "fields", missing)
	}
	next := &snapshot{polled: now, session: e.session, connected: true, missing: missing}
	for _, g := range e.gpus {
		next.gpus = append(next.gpus, e.snapshotOf(g))
	}
	e.latest.Store(next)
}

func (e *engineState) snapshotOf(g *knownGPU) gpuSnapshot {
	d := e.descriptors
	return gpuSnapshot{
		id: g.id, lost: g.lost, until: g.aliveUntil(e.periods),
		metrics: g.render(d, e.engine),
		xids:    float64(g.xids.total), lastXID: g.xids.last, anyXID: g.xids.any,
		info: metric(d.info, gauge, 1, g.labels(e.engine, g.id.PCI, g.id.Model, g.id.Driver)),
	}
}
