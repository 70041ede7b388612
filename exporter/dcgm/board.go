package dcgm

import (
	"log/slog"
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// board is what is known of one host engine. Its supervisor writes after each frame; scrapes read
// the last published view and take no lock.
type board struct {
	engine    string
	catalogue *catalogue
	periods   periods
	log       *slog.Logger

	mu      sync.Mutex
	gpus    []*knownGPU
	session Session
	missing map[uint16]string
	view    atomic.Pointer[view]
}

// view is a board at one instant. Nothing in it changes.
type view struct {
	polled    time.Time // zero before the first poll
	session   Session
	connected bool
	missing   []Missing
	gpus      []gpuView
}

type gpuView struct {
	id     GPU
	lost   bool
	until  time.Time // the end of its last fast sample
	series []series
	xids   float64
	last   int64
	anyXID bool
	info   prometheus.Metric // identity, known even when it is lost
}

func newBoard(engine string, c *catalogue, p periods, log *slog.Logger) *board {
	b := &board{engine: engine, catalogue: c, periods: p, log: log, missing: map[uint16]string{}}
	b.view.Store(&view{})
	return b
}

// connected takes the beginning of a session.
func (b *board) connected(s Session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.session = s
	clear(b.missing)
	for _, m := range s.Refused {
		b.missing[m.Field] = m.Reason
	}
	v := *b.view.Load()
	v.session, v.connected, v.missing = s, true, b.sortedMissing()
	b.view.Store(&v)
	b.log.Info("host engine connected", "client", s.Client, "version", s.Hostengine, "refused_fields", len(s.Refused))
}

// poll takes what the GPUs said at an instant of our clock.
func (b *board) poll(p *Poll, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	clock := pollClock{now, newest(p.GPUs), b.periods}
	answered := map[*knownGPU]bool{}
	byIndex := map[uint]*knownGPU{}
	for i := range p.GPUs {
		g := b.known(&p.GPUs[i])
		answered[g], byIndex[g.id.Index] = true, g
		b.mark(g, p.GPUs[i].Lost)
		if !g.lost {
			g.take(p.GPUs[i].Samples, p.Asked, clock)
		}
	}
	for _, g := range b.gpus {
		if !answered[g] {
			b.mark(g, true)
		}
	}
	b.countXIDs(p.XIDs, byIndex)
	b.noteMissing(p)
	b.publish(now)
}

func newest(gpus []GPU) int64 {
	ts := int64(math.MinInt64)
	for _, gpu := range gpus {
		for _, s := range gpu.Samples {
			ts = max(ts, s.TS)
		}
	}
	return ts
}

// known finds the GPU of an engine's answer by its UUID, or by its index where a lost GPU no
// longer says its UUID.
func (b *board) known(gpu *GPU) *knownGPU {
	at := slices.IndexFunc(b.gpus, func(g *knownGPU) bool {
		if gpu.UUID == "" || g.id.UUID == "" {
			return g.id.Index == gpu.Index
		}
		return g.id.UUID == gpu.UUID
	})
	if at < 0 {
		b.gpus = append(b.gpus, &knownGPU{held: map[uint16]held{}})
		at = len(b.gpus) - 1
	}
	g := b.gpus[at]
	if gpu.UUID != "" || at == len(b.gpus)-1 && g.id.UUID == "" {
		g.id = *gpu
		g.id.Samples = nil
	}
	return g
}

// mark ends the values of a GPU that is lost, and says so once.
func (b *board) mark(g *knownGPU, lost bool) {
	if lost {
		clear(g.held)
	}
	if lost == g.lost {
		return
	}
	g.lost = lost
	if lost {
		b.log.Warn("gpu lost", "gpu", g.id.Index, "uuid", g.id.UUID)
	} else {
		b.log.Info("gpu back", "gpu", g.id.Index, "uuid", g.id.UUID)
	}
}

func (b *board) countXIDs(events []XID, byIndex map[uint]*knownGPU) {
	byGPU := map[*knownGPU][]XID{}
	for _, e := range events {
		if g := byIndex[e.GPU]; g != nil {
			byGPU[g] = append(byGPU[g], e)
		}
	}
	for _, g := range byIndex {
		for _, e := range g.xids.take(byGPU[g]) {
			b.log.Warn("xid error", "gpu", g.id.Index, "uuid", g.id.UUID, "xid", e.Code)
		}
	}
}

// noteMissing renews what is known of the fields that were asked for; what the engine refused to
// watch stays refused for the session.
func (b *board) noteMissing(p *Poll) {
	refused := map[uint16]bool{}
	for _, m := range b.session.Refused {
		refused[m.Field] = true
	}
	for _, id := range p.Asked {
		if !refused[id] {
			delete(b.missing, id)
		}
	}
	for _, m := range p.Missing {
		b.missing[m.Field] = m.Reason
	}
}

func (b *board) sortedMissing() []Missing {
	var out []Missing
	for _, id := range slices.Sorted(maps.Keys(b.missing)) {
		out = append(out, Missing{id, b.missing[id]})
	}
	return out
}

func (b *board) publish(now time.Time) {
	missing := b.sortedMissing()
	if was := b.view.Load().missing; !slices.Equal(was, missing) {
		b.log.Info("fields that no gpu gives", "fields", missing)
	}
	v := &view{polled: now, session: b.session, connected: true, missing: missing}
	for _, g := range b.gpus {
		v.gpus = append(v.gpus, gpuView{
			id: g.id, lost: g.lost, until: g.aliveUntil(b.periods),
			series: g.render(b.catalogue, b.engine),
			xids:   float64(g.xids.total), last: g.xids.last, anyXID: g.xids.any,
			info: metric(b.catalogue.info, gauge, 1, g.labels(b.engine, g.id.PCI, g.id.Model, g.id.Driver)),
		})
	}
	b.view.Store(v)
}

// collect hands out what is true at an instant. Nothing here waits or asks.
func (b *board) collect(now time.Time, out chan<- prometheus.Metric) {
	v := b.view.Load()
	fresh := v.fresh(now, b.periods)
	for i := range v.gpus {
		gpu := &v.gpus[i]
		g := &knownGPU{id: gpu.id}
		up := 0.0
		if fresh && !gpu.lost && gpu.until.After(now) {
			up = 1
		}
		out <- metric(b.catalogue.up, gauge, up, g.labels(b.engine))
		out <- metric(b.catalogue.xids, counter, gpu.xids, g.labels(b.engine))
		if gpu.anyXID {
			out <- metric(b.catalogue.lastXID, gauge, float64(gpu.last), g.labels(b.engine))
		}
		if s := b.catalogue.shown[fieldXID]; s.legacy != nil {
			out <- metric(s.legacy, gauge, float64(gpu.last), g.legacyLabels(b.engine))
		}
		out <- gpu.info
		for _, s := range gpu.series {
			if fresh && s.until.After(now) {
				out <- s.metric
			}
		}
	}
}

// fresh says whether the engine was polled lately.
func (v *view) fresh(now time.Time, p periods) bool {
	return !v.polled.IsZero() && now.Sub(v.polled) < patience*p.fast
}

// answering counts the GPUs that are not lost.
func (v *view) answering() int {
	n := 0
	for i := range v.gpus {
		if !v.gpus[i].lost {
			n++
		}
	}
	return n
}
