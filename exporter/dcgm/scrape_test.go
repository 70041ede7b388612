//go:build cgo && linux && !nodcgm

package dcgm

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestScrapeNeverWaits compares two collectors that are scraped in turn, so that whatever else the
// machine does hits both. The ratio of the medians is sharp; that of the 99th percentiles is wide,
// because one scrape in a hundred meets the scheduler of a busy machine.
func TestScrapeNeverWaits(t *testing.T) {
	t.Parallel()
	scrapes := 200
	if testing.Short() {
		scrapes = 60
	}
	calm, hanging := hangingPair(t)
	took := [2][]time.Duration{}
	for range scrapes {
		for i, r := range [...]*harness{calm, hanging} {
			began := time.Now()
			r.scrape()
			took[i] = append(took[i], time.Since(began))
		}
	}
	slices.Sort(took[0])
	slices.Sort(took[1])
	for _, row := range []struct {
		name string
		at   int
		most time.Duration // times
	}{{"median", scrapes / 2, 5}, {"p99", scrapes * 99 / 100, 20}} {
		answering, hung := took[0][row.at], took[1][row.at]
		t.Logf("%s of /metrics: %v with an engine that answers, %v with one that hangs", row.name, answering, hung)
		if hung > row.most*answering {
			t.Errorf("%s of /metrics is %v while an engine hangs, %v while it answers: more than %d times",
				row.name, hung, answering, row.most)
		}
	}
}

// hangingPair returns one collector whose engine answers, and one whose engine is in a call that does
// not return, its last values still shown.
func hangingPair(t testing.TB) (calm, hanging *harness) {
	t.Helper()
	dir := t.TempDir()
	newNode(t, dir, "127.0.0.1:5555").serve(b200s()...)
	stuck := newNode(t, dir, "127.0.0.1:5556")
	stuck.serve(b200s()...)
	calm = newHarness(t, dir, local, nil)
	hanging = newHarness(t, dir, "node1=127.0.0.1:5556", nil)
	calm.eventually("up", want(engine("dcgm_up"), "1"))
	hanging.eventually("up", want(engine("dcgm_up"), "1"))
	stuck.add("hang dcgmEntitiesGetLatestValues")
	stuck.awaitHang()
	hanging.eventually("hanging", want(engine("dcgm_up"), "0"))
	return calm, hanging
}

func BenchmarkScrapeEightGPUs(b *testing.B) {
	calm, hanging := hangingPair(b)
	for name, r := range map[string]*harness{"answering": calm, "hanging": hanging} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			took := make([]time.Duration, 0, b.N)
			for b.Loop() {
				began := time.Now()
				r.scrape()
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkOnePoll is everything that eight GPUs cost at each interval: the child's poll through
// the C library, its line, our parsing, the board, and one scrape of it. "%core" is what that is of one
// core at an interval of ten seconds; the goal is below 1.
func BenchmarkOnePoll(b *testing.B) {
	library, dir := buildFake(b), b.TempDir()
	newNode(b, dir, "127.0.0.1:5555").serve(b200s()...)
	o := Options{Interval: time.Millisecond, SlowInterval: 6 * time.Millisecond}
	if err := o.Hostengines.Set(local); err != nil {
		b.Fatal(err)
	}
	c := newCollector(o, testTiming(), nil, slog.New(slog.DiscardHandler))
	r := scraped(b, c)
	a := agentProcess{timing: testTiming()}
	var cmd *exec.Cmd
	command := agentOf(library, dir)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := a.start(ctx, o.spec(o.Hostengines[0]).String(), func(ctx context.Context, argument string) (*exec.Cmd, error) {
		var err error
		cmd, err = command(ctx, argument)
		return cmd, err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	polls, before, child := 0, processor(b, os.Getpid()), time.Duration(0)
	b.ResetTimer()
	if err := a.messages(func(f agentMessage) {
		switch {
		case f.Session != nil:
			c.engines[0].connected(*f.Session)
		case f.Poll != nil && polls < b.N:
			if polls++; polls == 1 {
				child = processor(b, cmd.Process.Pid) // what starting cost is not of a poll
			}
			c.engines[0].poll(f.Poll, time.Now())
			r.scrape()
			if polls == b.N {
				child = processor(b, cmd.Process.Pid) - child
				cancel()
			}
		}
	}); err != nil {
		b.Fatal(err)
	}
	a.wait()
	each := (processor(b, os.Getpid()) - before + child) / time.Duration(max(b.N-1, 1))
	b.ReportMetric(float64(each.Microseconds())/1e3, "cpu-ms/poll")
	b.ReportMetric(100*each.Seconds()/10, "%core")
}

// processor is the time that a process has used of the processors.
func processor(t testing.TB, pid int) time.Duration {
	t.Helper()
	if pid == os.Getpid() {
		var used syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
			t.Fatal(err)
		}
		return time.Duration(used.Utime.Nano() + used.Stime.Nano())
	}
	return processorOf(t, pid)
}

// processorOf reads /proc/PID/stat: user and system time are the 14th and 15th field, in ticks of
// 10 ms on every Linux that Go runs on.
func processorOf(t testing.TB, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name may hold spaces
	parts := strings.Fields(rest)
	user, err := strconv.ParseInt(parts[11], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	system, err := strconv.ParseInt(parts[12], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
