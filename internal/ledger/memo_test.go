package ledger

import (
	"maps"
	"os"
	"testing"
	"testing/synctest"
	"time"
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

// A back-off and a pause are in the file within a second, and not only once the ledger is closed.
func TestSavedWithinASecond(t *testing.T) {
	for name, save := range map[string]func(*Ledger){
		"back-off": func(l *Ledger) { l.SaveBackoff("a", noon(), noon().Add(time.Hour)) },
		"pause":    func(l *Ledger) { l.SavePause("a", noon()) },
	} {
		path, killed := newPath(t), newPath(t)
		synctest.Test(t, func(t *testing.T) {
			l := open(t, path)
			save(l)
			time.Sleep(1100 * time.Millisecond)
			synctest.Wait()
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(killed, data, 0o600); err != nil {
				t.Fatal(err)
			}
			shut(t, l)
			l = open(t, killed)
			defer shut(t, l)
			if len(l.backoffs.all)+len(l.pauses.all) != 1 {
				t.Errorf("%s: the file has no trace of it", name)
			}
		})
	}
}
