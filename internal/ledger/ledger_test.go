package ledger

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"github.com/firsttoken/firsttoken/prober/budget"
)

func TestMain(m *testing.M) {
	if child() {
		return
	}
	goleak.VerifyTestMain(m)
}

// noon is an instant far from the ends of a day.
func noon() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }

func amount(tokens int64) budget.Amount {
	return budget.Amount{Money: budget.Money(3 * tokens), Tokens: tokens}
}

// open is a ledger with a cap of 1,000 tokens a day for target "a" and for the process.
func open(t *testing.T, path string) *Ledger {
	t.Helper()
	l, err := Open(Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	limit(l)
	return l
}

func limit(l *Ledger) {
	caps := budget.Limits{TokensPerDay: 1000}
	l.SetLimits(caps, map[string]budget.Limits{"a": caps})
}

func newPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "ledger.db")
}

// reserve a request that may go out.
func reserve(t *testing.T, l *Ledger, tokens int64) budget.Reservation {
	t.Helper()
	r, err := l.Reserve("a", noon(), amount(tokens))
	if err != nil {
		t.Fatal(err)
	}
	if err := synced(r); err != nil {
		t.Fatal(err)
	}
	return r
}

// synced waits until a reservation may be used.
func synced(r budget.Reservation) error {
	<-r.Done()
	err := r.Err()
	if err != nil {
		r.Settle(budget.Amount{})
	}
	return err
}

// spent are the tokens of a scope.
func spent(l *Ledger, scope string) (tokens float64) {
	for _, s := range l.States(noon()) {
		if s.Scope == scope && s.Cap == (budget.Cap{Unit: budget.InTokens, Period: budget.Day}) {
			return s.Spent
		}
	}
	return -1
}

func shut(t *testing.T, l *Ledger) {
	t.Helper()
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestReopen(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	reserve(t, l, 300).Settle(amount(100))
	reserve(t, l, 200) // never settled
	shut(t, l)
	if _, err := l.Reserve("a", noon(), amount(1)); err == nil {
		t.Error("a closed ledger has reserved")
	}
	l = open(t, path)
	defer shut(t, l)
	for _, scope := range []string{"a", budget.Process} {
		if got := spent(l, scope); got != 300 {
			t.Errorf("%q has spent %v, want 100 and 200", scope, got)
		}
	}
	if _, err := l.Reserve("a", noon(), amount(701)); err == nil {
		t.Error("more was granted than is left")
	}
	reserve(t, l, 700)
}

// TestNothingIsSentUnsynced: what the file holds when a reservation may be used is what a crash would leave.
func TestNothingIsSentUnsynced(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	defer shut(t, l)
	for i := range int64(20) {
		reserve(t, l, 10)
		if got := inFile(t, path); got != 10*(i+1) {
			t.Fatalf("%d tokens are in the file after %d reservations of 10", got, i+1)
		}
	}
}

// inFile are the tokens of target "a" in the file.
func inFile(t *testing.T, path string) (tokens int64) {
	t.Helper()
	charges, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range charges {
		if c.Scope == "a" {
			tokens += c.Tokens
		}
	}
	return tokens
}

// TestSettlementsAreWritten without anything else that is to be written.
func TestSettlementsAreWritten(t *testing.T) {
	path := newPath(t)
	synctest.Test(t, func(t *testing.T) {
		l := open(t, path)
		defer shut(t, l)
		reserve(t, l, 300).Settle(amount(100))
		time.Sleep(2 * retryEvery)
		synctest.Wait()
		if got := inFile(t, path); got != 100 {
			t.Errorf("%d tokens are in the file, want the 100 that were settled", got)
		}
		reserve(t, l, 10).Settle(amount(50)) // beyond the worst case
		synctest.Wait()
		if got := inFile(t, path); got != 150 {
			t.Errorf("%d tokens are in the file, want 150 at once", got)
		}
	})
}

func TestOneProcess(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	synctest.Test(t, func(t *testing.T) {
		_, err := Open(Options{Path: path})
		var inUse *InUse
		if !errors.As(err, &inUse) || !strings.Contains(err.Error(), path) {
			t.Errorf("a second one: %v", err)
		}
	})
	if _, err := SetAside(path, noon()); err == nil {
		t.Error("a file in use was set aside")
	}
	if _, err := Read(path); err != nil {
		t.Errorf("a file in use cannot be read: %v", err)
	}
	shut(t, l)
	shut(t, open(t, path))
}

func TestSetAside(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	reserve(t, l, 300)
	shut(t, l)
	aside, err := SetAside(path, noon())
	if err != nil || aside != path+".20260310T120000Z" {
		t.Fatalf("%s, %v", aside, err)
	}
	if got := inFile(t, aside); got != 300 {
		t.Errorf("%d tokens were set aside", got)
	}
	l = open(t, path)
	defer shut(t, l)
	if got := spent(l, "a"); got != 0 {
		t.Errorf("the new file begins with %v", got)
	}
	if _, err := SetAside(filepath.Join(t.TempDir(), "none"), noon()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestPathsThatNeverWork are mistakes of the configuration: nothing would ever be sent.
func TestPathsThatNeverWork(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "no", "ledger.db"), filepath.Join(file, "ledger.db"), dir} {
		if l, err := Open(Options{Path: path}); err == nil {
			t.Errorf("%s was opened", path)
			shut(t, l)
		}
	}
}

// TestDamage flips, one after the other, every bit of a byte and cuts the file at every length of a
// kind. Whatever that does, a ledger that opens has at least what was spent.
func TestDamage(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	reserve(t, l, 100).Settle(amount(100))
	l.SaveBackoff("a", noon(), noon().Add(time.Hour))
	reserve(t, l, 200)
	shut(t, l)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	opened, refused := 0, 0
	try := func(what string, at int, data []byte) {
		t.Helper()
		damaged := filepath.Join(t.TempDir(), "ledger.db") // another one: the memory map of one that failed may last
		if err := os.WriteFile(damaged, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, held, err := openStore(damaged, nil, retryLock)
		if err != nil {
			var corrupt *Corrupt
			var other *wrongFormat
			if !errors.As(err, &corrupt) && !errors.As(err, &other) {
				t.Errorf("%s %d: %v", what, at, err)
			}
			refused++
			return
		}
		opened++
		_ = s.close()
		total := int64(0)
		for _, c := range held.charges {
			total += c.Tokens
		}
		if total != 600 && total != 200 { // 300 of two scopes; or the transaction before the last, whose meta page is whole
			t.Errorf("%s %d: opened with %d tokens", what, at, total)
		}
	}
	step := 53
	if testing.Short() {
		step = 211
	}
	for i := 0; i < len(whole); i += step {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		try("bit flipped in byte", i, flipped)
	}
	for i := 1; i < len(whole); i += len(whole)/50 + 1 {
		try("cut at", i, whole[:i])
	}
	t.Logf("%d opened, %d refused", opened, refused)
	if refused == 0 {
		t.Error("nothing was refused: the damage is not seen")
	}
}

// TestEntriesAreHeldTogether: an entry that is gone, or stands in the place of another, is noticed.
func TestEntriesAreHeldTogether(t *testing.T) {
	for _, row := range []struct {
		name   string
		tamper func(b *bbolt.Bucket, key, other []byte) error
	}{
		{"deleted", func(b *bbolt.Bucket, key, _ []byte) error { return b.Delete(key) }},
		{"put in another's place", func(b *bbolt.Bucket, key, other []byte) error {
			mine, its := bytes.Clone(b.Get(key)), bytes.Clone(b.Get(other))
			return errors.Join(b.Put(key, its), b.Put(other, mine))
		}},
		{"doubled", func(b *bbolt.Bucket, key, _ []byte) error { return b.Put([]byte("b"+string(key)), b.Get(key)) }},
	} {
		path := newPath(t)
		l := open(t, path)
		l.SetLimits(budget.Limits{}, map[string]budget.Limits{"a": {}, "b": {}})
		for target, tokens := range map[string]int64{"a": 10, "b": 20} {
			if _, err := l.Reserve(target, noon(), amount(tokens)); err != nil {
				t.Fatal(err)
			}
		}
		shut(t, l)
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(tx *bbolt.Tx) error {
			key := func(scope string) []byte {
				start := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
				return chargeKey(budget.Charge{Scope: scope, Start: start.Unix()})
			}
			return row.tamper(tx.Bucket([]byte(chargeBucket)), key("a"), key("b"))
		})
		if err = errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		var corrupt *Corrupt
		if _, err := Open(Options{Path: path}); !errors.As(err, &corrupt) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

func TestTextOfDamage(t *testing.T) {
	path := newPath(t)
	if err := os.WriteFile(path, bytes.Repeat([]byte("garbage "), 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(Options{Path: path})
	var corrupt *Corrupt
	if !errors.As(err, &corrupt) || !strings.Contains(err.Error(), `mv "`+path+`" "`+path+`.damaged"`) {
		t.Errorf("%v", err)
	}
	if _, err := Read(path); !errors.As(err, &corrupt) || corrupt.Path != path {
		t.Errorf("read: %v", err)
	}
	if _, err := SetAside(path, noon()); err != nil {
		t.Errorf("set aside: %v", err)
	}
}

func TestBackoff(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	later := noon().Add(time.Hour)
	l.SaveBackoff("a", noon(), later)
	l.SaveBackoff("b", noon(), later)
	l.SaveBackoff("b", time.Time{}, time.Time{})
	shut(t, l)
	l = open(t, path)
	defer shut(t, l)
	since, until, ok := l.LoadBackoff("a")
	if !ok || !since.Equal(noon()) || !until.Equal(later) {
		t.Errorf("%v to %v, %v", since, until, ok)
	}
	if _, _, ok := l.LoadBackoff("b"); ok {
		t.Error("one that was forgotten is still there")
	}
}

// TestPauses: a pause by hand outlives the process, that of all targets too, and its end does.
func TestPauses(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	for _, name := range []string{"", "a", "b"} {
		l.SavePause(name, noon())
	}
	l.SavePause("b", time.Time{})
	shut(t, l)
	l = open(t, path)
	if got := l.Paused(); !slices.Equal(got, []string{"", "a"}) {
		t.Errorf("paused are %q", got)
	}
	if since, ok := l.LoadPause("a"); !ok || !since.Equal(noon()) {
		t.Errorf("since %v, %v", since, ok)
	}
	l.SavePause("", time.Time{})
	shut(t, l)
	l = open(t, path)
	defer shut(t, l)
	if got := l.Paused(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("paused are %q", got)
	}
}

// TestOlderFile: a file from before there were pauses is read, and takes them.
func TestOlderFile(t *testing.T) {
	path := newPath(t)
	l := open(t, path)
	l.SaveBackoff("a", noon(), noon())
	shut(t, l)
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(pauseBucket)) })
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	l = open(t, path)
	l.SavePause("a", noon())
	shut(t, l)
	l = open(t, path)
	defer shut(t, l)
	if _, ok := l.LoadPause("a"); !ok {
		t.Error("the pause is not kept")
	}
	if _, _, ok := l.LoadBackoff("a"); !ok {
		t.Error("the back-off is lost")
	}
}

// TestManyShareASync: 1,000 that wait at once need few transactions.
func TestManyShareASync(t *testing.T) {
	l := open(t, newPath(t))
	defer shut(t, l)
	before := pagesWritten(l)
	const waiting = 1000
	var all sync.WaitGroup
	for range waiting {
		r, err := l.Reserve("a", noon(), amount(1))
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			if err := synced(r); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if writes := pagesWritten(l) - before; writes > waiting/4 {
		t.Errorf("%d pages were written for %d reservations", writes, waiting)
	}
}

func pagesWritten(l *Ledger) int64 {
	stats := l.store.db.Stats()
	return stats.TxStats.GetWrite()
}
