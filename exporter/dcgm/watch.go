//go:build cgo && linux && !nodcgm

package dcgm

import (
	"strconv"

	lib "github.com/NVIDIA/go-dcgm/pkg/dcgm"
)

// plan is what is watched on the GPUs of one model: models differ in what they support, and one
// unsupported field fails a whole watch.
type plan struct {
	group    lib.GroupHandle
	entities []lib.GroupEntityPair
	fields   [2][]lib.Short // by cadence
	xids     lib.FieldHandle
	hasXIDs  bool
}

// watch makes one plan for each model. A field is refused by the engine only when no model has it.
func (s *session) watch() error {
	refusals := map[lib.Short]int{}
	models := byModel(s.gpus)
	for _, gpus := range models {
		p, refused, err := s.watchModel(gpus)
		if err != nil {
			return err
		}
		for _, id := range refused {
			refusals[id]++
		}
		s.plans = append(s.plans, p)
	}
	for id, times := range refusals {
		if times == len(models) {
			s.refused = append(s.refused, Missing{uint16(id), reasonRefused})
		}
	}
	return nil
}

// byModel leaves out the lost: they cannot be added to a group.
func byModel(gpus []GPU) [][]GPU {
	at := map[string]int{}
	var models [][]GPU
	for _, gpu := range gpus {
		if gpu.Lost {
			continue
		}
		i, known := at[gpu.Model]
		if !known {
			i = len(models)
			at[gpu.Model] = i
			models = append(models, nil)
		}
		models[i] = append(models[i], gpu)
	}
	return models
}

func (s *session) watchModel(gpus []GPU) (plan, []lib.Short, error) {
	p := plan{entities: pairs(gpus)}
	var err error
	if p.group, err = lib.CreateGroup(unique("gpus")); err != nil {
		return p, nil, failed(opWatch, err)
	}
	for _, entity := range p.entities {
		if err := lib.AddEntityToGroup(p.group, entity.EntityGroupId, entity.EntityId); err != nil {
			return p, nil, failed(opWatch, err)
		}
	}
	// One sample is all that is read, and an hour of events, so that none is missed over a restart.
	last := retention{samples: 1}
	var refused []lib.Short
	for _, c := range [...]cadence{fast, slow} {
		every := map[cadence]int64{fast: s.spec.Every.Microseconds(), slow: s.spec.Slow.Microseconds()}[c]
		w := watcher{group: p.group, every: every, keep: last}
		good, bad, err := w.watchAll(shorts(s.spec.watched(c)))
		if err != nil {
			return p, nil, err
		}
		p.fields[c] = good
		refused = append(refused, bad...)
	}
	w := watcher{group: p.group, every: s.spec.Every.Microseconds(), keep: retention{seconds: 3600}}
	if p.xids, err = w.try([]lib.Short{fieldXID}); err == nil {
		p.hasXIDs = true
		return p, refused, nil
	}
	return p, append(refused, fieldXID), alive(opWatch)
}

// watcher watches fields on a group.
type watcher struct {
	group lib.GroupHandle
	every int64 // microseconds
	keep  retention
}

type retention struct {
	seconds float64
	samples int32
}

// watchAll watches all fields that the engine lets be watched and returns the others. One field
// that it does not know or support fails the whole list without a name, so a list that fails is
// halved until each culprit stands alone:
//
//	a b c d X f g h ✗ ─► a b c d ✓   X f g h ✗ ─► X f ✗   g h ✓ ─► X ✗   f ✓
//
// What was found good is then watched as one list, because an engine has room for 64 field groups
// and shares them among all its clients.
func (w watcher) watchAll(ids []lib.Short) (good, bad []lib.Short, err error) {
	if _, err := w.try(ids); err == nil {
		return ids, nil, nil
	}
	good, bad, err = w.isolate(ids)
	if err != nil || len(good) == 0 {
		return nil, bad, err
	}
	if _, err := w.try(good); err != nil {
		return nil, nil, failed(opWatch, err)
	}
	return good, bad, nil
}

func (w watcher) isolate(ids []lib.Short) (good, bad []lib.Short, err error) {
	if err := alive(opWatch); err != nil { // a dead link refuses everything
		return nil, nil, err
	}
	if len(ids) == 1 {
		return nil, ids, nil
	}
	for _, half := range [...][]lib.Short{ids[:len(ids)/2], ids[len(ids)/2:]} {
		if handle, err := w.try(half); err == nil {
			w.undo(handle)
			good = append(good, half...)
			continue
		}
		fine, culprits, err := w.isolate(half)
		if err != nil {
			return nil, nil, err
		}
		good, bad = append(good, fine...), append(bad, culprits...)
	}
	return good, bad, nil
}

// try watches a list; it leaves nothing behind when it fails.
func (w watcher) try(ids []lib.Short) (lib.FieldHandle, error) {
	handle, err := lib.FieldGroupCreate(unique("fields-"+strconv.Itoa(len(ids))), ids)
	if err != nil {
		return handle, err
	}
	if err := lib.WatchFieldsWithGroupEx(handle, w.group, w.every, w.keep.seconds, w.keep.samples); err != nil {
		w.undo(handle)
		return handle, err
	}
	return handle, nil
}

// undo is best effort: what it leaves in the engine goes with the connection.
func (w watcher) undo(handle lib.FieldHandle) {
	_ = lib.UnwatchFields(handle, w.group)
	_ = lib.FieldGroupDestroy(handle)
}

func shorts(ids []uint16) []lib.Short {
	out := make([]lib.Short, len(ids))
	for i, id := range ids {
		out[i] = lib.Short(id)
	}
	return out
}
