package ledger

import (
	"maps"
	"testing"
)

// What was saved before the file could be read is newer than what the file has, and what was forgotten stays so.
func TestMemoRestores(t *testing.T) {
	m := newMemo[int]()
	m.set("newer", 2)
	m.set("forgotten", 3)
	m.set("forgotten", 0)
	m.restore(map[string]int{"newer": 1, "forgotten": 3, "stored": 4})
	if want := map[string]int{"newer": 2, "stored": 4}; !maps.Equal(m.all, want) {
		t.Errorf("%v, want %v", m.all, want)
	}
	if got, want := m.changes(), map[string]int{"newer": 2, "forgotten": 0}; !maps.Equal(got, want) {
		t.Errorf("to be written: %v, want %v", got, want)
	}
}
