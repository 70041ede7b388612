//go:build cgo && linux && !nodcgm

package dcgm

import (
	"strconv"

	lib "github.com/NVIDIA/go-dcgm/pkg/dcgm"
)

// modelWatch holds the groups and fields that are watched on the GPUs of one model. Each model has its
// own, because models differ in the fields that they support, and one unsupported field fails a whole watch.
type modelWatch struct {
	group    lib.GroupHandle
	entities []lib.GroupEntityPair
	fields   [2][]lib.Short // by cadence
	xids     lib.FieldHandle
	hasXIDs  bool
}

// watch makes one modelWatch for each model. A field counts as refused only when no model has it.
func (s *engineSession) watch() error {
	refusals := map[lib.Short]int{}
	models := byModel(s.gpus)
	for _, gpus := range models {
		m, refused, err := s.watchModel(gpus)
		if err != nil {
			return err
		}
		for _, id := range refused {
			refusals[id]++
		}
		s.watches = append(s.watches, m)
	}
	for id, times := range refusals {
		if times == len(models) {
			s.refused = append(s.refused, missingField{uint16(id), reasonRefused})
		}
	}
	return nil
}

// byModel leaves out lost GPUs, which cannot be added to a group.
func byModel(gpus []gpuAnswer) [][]gpuAnswer {
	at := map[string]int{}
	var models [][]gpuAnswer
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

func (s *engineSession) watchModel(gpus []gpuAnswer) (modelWatch, []lib.Short, error) {
	m := modelWatch{entities: entitiesOf(gpus)}
	var err error
	if m.group, err = lib.CreateGroup(uniqueName("gpus")); err != nil {
		return m, nil, failureOf(opWatch, err)
	}
	for _, entity := range m.entities {
		if err := lib.AddEntityToGroup(m.group, entity.EntityGroupId, entity.EntityId); err != nil {
			return m, nil, failureOf(opWatch, err)
		}
	}
	// A poll reads one sample. Events are kept for an hour, so that a restart misses none.
	last := retention{samples: 1}
	var refused []lib.Short
	for _, c := range [...]cadence{fast, slow} {
		every := map[cadence]int64{fast: s.spec.Every.Microseconds(), slow: s.spec.Slow.Microseconds()}[c]
		w := watcher{group: m.group, every: every, keep: last}
		good, bad, err := w.watchAll(shorts(s.spec.fieldsOf(c)))
		if err != nil {
			return m, nil, err
		}
		m.fields[c] = good
		refused = append(refused, bad...)
	}
	w := watcher{group: m.group, every: s.spec.Every.Microseconds(), keep: retention{seconds: 3600}}
	if m.xids, err = w.try([]lib.Short{fieldXID}); err == nil {
		m.hasXIDs = true
		return m, refused, nil
	}
	return m, append(refused, fieldXID), checkLink(opWatch)
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

// watchAll watches every field that the engine accepts, and returns the others. One field that the engine
// does not know or support fails the whole list, and the error does not name it. So a list that fails is
// halved until each culprit is alone:
//
//	a b c d X f g h ✗ ─► a b c d ✓   X f g h ✗ ─► X f ✗   g h ✓ ─► X ✗   f ✓
//
// The good fields are then watched as one list, because all clients of an engine share its 64 field groups.
func (w watcher) watchAll(ids []lib.Short) (good, bad []lib.Short, err error) {
	if _, err := w.try(ids); err == nil {
		return ids, nil, nil
	}
	good, bad, err = w.isolate(ids)
	if err != nil || len(good) == 0 {
		return nil, bad, err
	}
	if _, err := w.try(good); err != nil {
		return nil, nil, failureOf(opWatch, err)
	}
	return good, bad, nil
}

func (w watcher) isolate(ids []lib.Short) (good, bad []lib.Short, err error) {
	if err := checkLink(opWatch); err != nil { // on a dead link everything fails
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

// try watches a list. It leaves nothing behind when it fails.
func (w watcher) try(ids []lib.Short) (lib.FieldHandle, error) {
	handle, err := lib.FieldGroupCreate(uniqueName("fields-"+strconv.Itoa(len(ids))), ids)
	if err != nil {
		return handle, err
	}
	if err := lib.WatchFieldsWithGroupEx(handle, w.group, w.every, w.keep.seconds, w.keep.samples); err != nil {
		w.undo(handle)
		return handle, err
	}
	return handle, nil
}

// undo ignores errors: whatever stays in the engine ends with the connection.
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
