package ledger

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/firsttoken/firsttoken/internal/syncbuf"
	"github.com/firsttoken/firsttoken/prober/budget"
)

// brittle opens a file whose writes fail on demand, for bbolt as for the kernel: another file takes the
// place of its descriptor. The file's lock stays, by a second descriptor.
type brittle struct {
	mu          sync.Mutex
	fd          int
	whole       int
	unwritable  int // writes fail, syncs do not
	unsyncable  int // both fail
	broken      bool
	notPossible error
}

func (b *brittle) open(name string, flag int, perm os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var pipe [2]int
	b.fd = int(f.Fd())
	b.whole, err = unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	b.notPossible = errors.Join(err, unix.Pipe2(pipe[:], unix.O_CLOEXEC))
	b.unsyncable = pipe[1]
	b.unwritable, err = unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	b.notPossible = errors.Join(b.notPossible, err, unix.Close(pipe[0]))
	return f, nil
}

// set makes writes fail, or work again.
func (b *brittle) set(broken bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	from := b.whole
	if broken {
		from = []int{b.unwritable, b.unsyncable}[rand.IntN(2)]
	}
	b.notPossible = errors.Join(b.notPossible, unix.Dup3(from, b.fd, unix.O_CLOEXEC))
	b.broken = broken
}

// close gives up what holds the lock.
func (b *brittle) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return errors.Join(b.notPossible, unix.Close(b.whole), unix.Close(b.unwritable), unix.Close(b.unsyncable))
}

func TestDiskFails(t *testing.T) {
	path := newPath(t)
	synctest.Test(t, func(t *testing.T) {
		var disk brittle
		var log syncbuf.Buffer
		l, err := Open(Options{Path: path, Logger: slog.New(slog.NewTextHandler(&log, nil)), open: disk.open})
		if err != nil {
			t.Fatal(err)
		}
		limit(l)
		sent := reserve(t, l, 200)
		disk.set(true)
		sent.Settle(amount(100))
		r, err := l.Reserve("a", noon(), amount(50))
		if err != nil {
			t.Fatal(err)
		}
		if err := synced(r); err == nil {
			t.Error("a reservation that is not in the file may be used")
		}
		synctest.Wait()
		if got := spent(l, "a"); got != 100 {
			t.Errorf("%v tokens are charged, want the 100 of the request that was sent", got)
		}
		if _, err := l.Reserve("a", noon(), amount(50)); err == nil {
			t.Error("reserved though the disk fails")
		}
		if l.Level("a", noon()) != budget.Stopped {
			t.Error("the level is not stopped")
		}
		time.Sleep(5 * retryEvery)
		if l.Trouble() == nil || l.Failures() < 4 {
			t.Errorf("trouble %v after %d failures", l.Trouble(), l.Failures())
		}
		disk.set(false)
		time.Sleep(2 * retryEvery)
		synctest.Wait()
		if got := inFile(t, path); got != 100 {
			t.Errorf("%d tokens are in the file, want the 100 that were settled while the disk failed", got)
		}
		if l.Trouble() != nil || l.Level("a", noon()) != budget.Normal {
			t.Errorf("still in trouble: %v", l.Trouble())
		}
		reserve(t, l, 25)
		text := log.String()
		if n, m := strings.Count(text, "nothing is sent"), strings.Count(text, "can be written again"); n != 1 || m != 1 {
			t.Errorf("said %d and %d times, want once each", n, m)
		}
		shut(t, l)
		if err := disk.close(); err != nil {
			t.Fatal(err)
		}
		if got := inFile(t, path); got != 125 {
			t.Errorf("%d tokens are in the file, want 125", got)
		}
	})
}

// TestDiskFailsAtRandom: whatever a failing disk has made of each write, what went out is charged.
func TestDiskFailsAtRandom(t *testing.T) {
	const limit = 20_000
	path := newPath(t)
	var disk brittle
	l, err := Open(Options{Path: path, open: disk.open})
	if err != nil {
		t.Fatal(err)
	}
	caps := budget.Limits{TokensPerDay: limit}
	l.SetLimits(caps, map[string]budget.Limits{"a": caps})
	var sent, refused, failed atomic.Int64
	var all sync.WaitGroup
	disk.set(true)
	for range 8 {
		all.Go(func() {
			for sent.Load() < limit*9/10 {
				r, err := l.Reserve("a", noon(), amount(100))
				if err != nil {
					refused.Add(1)
					l.rouse() // rather than wait for the next try
					time.Sleep(100 * time.Microsecond)
					continue
				}
				if synced(r) != nil {
					failed.Add(1)
					continue
				}
				actual := rand.Int64N(100)
				sent.Add(actual)
				r.Settle(amount(actual))
			}
		})
	}
	for failed.Load() == 0 || refused.Load() == 0 { // the disk is broken at first, so it does not take luck to see it fail
		time.Sleep(time.Millisecond)
	}
	for sent.Load() < limit*9/10 {
		disk.set(rand.IntN(3) == 0)
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
	}
	disk.set(false)
	all.Wait()
	shut(t, l)
	if err := disk.close(); err != nil {
		t.Fatal(err)
	}
	if failed.Load() == 0 || refused.Load() == 0 {
		t.Error("the disk has not failed")
	}
	if got := inFile(t, path); got != sent.Load() || got > limit {
		t.Errorf("%d tokens are in the file of %d that were sent, of %d", got, sent.Load(), limit)
	}
	t.Logf("%d tokens, %d refusals, %d reservations that could not be written", sent.Load(), refused.Load(), failed.Load())
}

// mount makes a small file system, or skips the test.
func mount(t *testing.T, options string) (dir string, remount func(flags uintptr, options string)) {
	t.Helper()
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("mounting a small tmpfs takes CAP_SYS_ADMIN, which is missing here (%v): run the test as root, "+
			"in a container with --cap-add SYS_ADMIN", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir, func(flags uintptr, options string) {
		t.Helper()
		if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|flags, options); err != nil {
			t.Fatal(err)
		}
	}
}

// recovers waits until the ledger can be written.
func recovers(t *testing.T, l *Ledger) {
	t.Helper()
	for range 100 {
		if l.Trouble() == nil {
			return
		}
		time.Sleep(retryEvery / 10)
	}
	t.Fatal("the ledger does not recover")
}

func TestFullDisk(t *testing.T) {
	dir, remount := mount(t, "size=16k")
	l, err := Open(Options{Path: filepath.Join(dir, "ledger.db")})
	if err != nil {
		t.Fatalf("a full disk keeps the process from starting: %v", err)
	}
	defer shut(t, l)
	limit(l)
	if _, err := l.Reserve("a", noon(), amount(1)); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("a full disk: %v", err)
	}
	remount(0, "size=1m")
	recovers(t, l)
	reserve(t, l, 10)
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, 1<<21), 0o600); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	stopped := fill(t, l)
	if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
		t.Fatal(err)
	}
	recovers(t, l)
	reserve(t, l, 10)
	if !stopped {
		t.Error("the ledger has grown on a full disk")
	}
}

// fill spends for more and more targets until the file would have to grow; it reports whether that was
// refused.
func fill(t *testing.T, l *Ledger) bool {
	t.Helper()
	for i := range 2000 {
		name := strings.Repeat("x", 80) + strconv.Itoa(i)
		l.SetLimits(budget.Limits{}, map[string]budget.Limits{name: {}, "a": {}})
		r, err := l.Reserve(name, noon(), amount(1))
		if err != nil {
			return errors.Is(err, unix.ENOSPC)
		}
		_ = synced(r)
	}
	return false
}

func TestReadOnlyDisk(t *testing.T) {
	dir, remount := mount(t, "size=1m")
	path := filepath.Join(dir, "ledger.db")
	remount(unix.MS_RDONLY, "")
	if _, err := Open(Options{Path: path}); !errors.Is(err, unix.EROFS) {
		t.Errorf("a new file on a read-only disk: %v", err)
	}
	remount(0, "")
	shut(t, open(t, path))
	remount(unix.MS_RDONLY, "")
	l := open(t, path)
	defer shut(t, l)
	if _, err := l.Reserve("a", noon(), amount(1)); !errors.Is(err, unix.EROFS) {
		t.Errorf("a read-only disk: %v", err)
	}
	remount(0, "")
	recovers(t, l)
	reserve(t, l, 10)
}
