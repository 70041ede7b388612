package ledger

import "maps"

// memo keeps a value for each target, and which values have changed since they were written. The zero value is
// none.
type memo[V comparable] struct {
	all     map[string]V
	changed map[string]bool
}

func newMemo[V comparable]() memo[V] { return memo[V]{all: map[string]V{}, changed: map[string]bool{}} }

func (m *memo[V]) set(target string, v V) {
	if v == *new(V) {
		delete(m.all, target)
	} else {
		m.all[target] = v
	}
	m.changed[target] = true
}

// changes are zero for a target whose value is forgotten.
func (m *memo[V]) changes() map[string]V {
	changed := make(map[string]V, len(m.changed))
	for target := range m.changed {
		changed[target] = m.all[target]
	}
	clear(m.changed)
	return changed
}

func (m *memo[V]) mark(changed map[string]V) {
	for target := range changed {
		m.changed[target] = true
	}
}

// restore takes over what was stored, unless something newer has been saved.
func (m *memo[V]) restore(stored map[string]V) {
	newer := m.all
	m.all = stored
	maps.Copy(m.all, newer)
	for target := range m.changed {
		if _, set := newer[target]; !set {
			delete(m.all, target)
		}
	}
}
