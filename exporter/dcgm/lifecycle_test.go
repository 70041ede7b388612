//go:build cgo && linux && !nodcgm

package dcgm

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const local = "node1=127.0.0.1:5555"

func oneNode(t testing.TB) (string, *node) {
	t.Helper()
	dir := t.TempDir()
	return dir, newNode(t, dir, "127.0.0.1:5555")
}

// above is a check that a counter has passed a value.
func above(series string, least float64) func(scrape) string {
	return func(s scrape) string {
		if v, err := strconv.ParseFloat(s[series], 64); err != nil || v <= least {
			return fmt.Sprintf("%s is %q, want above %v", series, s[series], least)
		}
		return ""
	}
}

func all(checks ...func(scrape) string) func(scrape) string {
	return func(s scrape) string {
		for _, check := range checks {
			if wrong := check(s); wrong != "" {
				return wrong
			}
		}
		return ""
	}
}

// either is a check that one of several finds nothing wrong.
func either(checks ...func(scrape) string) func(scrape) string {
	return func(s scrape) string {
		var wrong []string
		for _, check := range checks {
			if w := check(s); w != "" {
				wrong = append(wrong, w)
			}
		}
		if len(wrong) < len(checks) {
			return ""
		}
		return strings.Join(wrong, " and ")
	}
}

func TestRefusedThenUp(t *testing.T) {
	t.Parallel()
	dir, n := oneNode(t)
	r := newHarness(t, dir, local, nil)
	r.eventually("refused", all(
		want(engine("dcgm_up"), "0", engine("dcgm_gpus"), absent, of(0, "up"), absent),
		above(failures("connect", "-21"), 2),
		above(engine("dcgm_agent_restarts_total"), 1)))
	if told := strings.Count(r.log.String(), "host engine lost"); told != 1 {
		t.Errorf("an engine that stays away was logged %d times, want once", told)
	}
	n.serve(b200s()...)
	r.eventually("up", want(engine("dcgm_up"), "1", of(7, "power_watts"), "812.5", engine("dcgm_reconnects_total"), "0"))
}

func TestLostConnectionComesBack(t *testing.T) {
	t.Parallel()
	dir, n := oneNode(t)
	n.serve(b200s()...)
	r := newHarness(t, dir, local, nil)
	r.eventually("up", want(engine("dcgm_up"), "1", of(0, "power_watts"), "812.5"))
	n.stop()
	r.eventually("lost", all(
		want(engine("dcgm_up"), "0", of(0, "power_watts"), absent, of(0, "energy_joules_total"), absent,
			of(0, "ecc_errors_total", `severity="correctable"`), absent,
			of(0, "up"), "0", of(0, "xid_errors_total"), "0"), // remembered
		// The loss is met by a poll, or by the check for changed GPUs.
		either(above(failures("poll", "-21"), 0), above(failures("enumerate", "-21"), 0))))
	n.add("field * 155 d 700")
	r.eventually("back", all(
		want(engine("dcgm_up"), "1", of(0, "power_watts"), "700", of(0, "up"), "1"),
		above(engine("dcgm_reconnects_total"), 0)))
}

// TestEngineRestart: with another epoch the old handle is dead, and groups and watches are gone.
func TestEngineRestart(t *testing.T) {
	t.Parallel()
	dir, n := oneNode(t)
	n.serve(b200s()...)
	r := newHarness(t, dir, local, nil)
	r.eventually("up", want(engine("dcgm_up"), "1"))
	n.add("epoch 2", "version 4.7.0", "field * 100 i 1200")
	r.eventually("watched anew", all(
		want(of(3, "sm_clock_hertz"), "1200000000",
			engine("dcgm_build_info", `client_version="4.5.3"`, `hostengine_version="4.7.0"`), "1"),
		above(engine("dcgm_reconnects_total"), 0)))
}

// TestFrozenGPU: the engine goes on serving its last sample with status OK.
func TestFrozenGPU(t *testing.T) {
	t.Parallel()
	dir, n := oneNode(t)
	n.serve(b200s()...)
	r := newHarness(t, dir, local, nil)
	r.eventually("up", want(of(2, "power_watts"), "812.5", of(2, "up"), "1"))
	n.add("freeze 2")
	r.eventually("frozen", want(
		of(2, "power_watts"), absent, of(2, "energy_joules_total"), absent,
		of(2, "nvlink_errors_total", `kind="symbol"`), absent,
		of(2, "up"), "0", of(2, "xid_errors_total"), "0",
		of(1, "power_watts"), "812.5", of(1, "up"), "1", engine("dcgm_up"), "1"))
	n.without("freeze 2")
	r.eventually("thawed", want(of(2, "power_watts"), "812.5", of(2, "up"), "1"))
}

func TestGPULostAndBack(t *testing.T) {
	t.Parallel()
	for _, how := range []struct{ name, line string }{
		{"status", "gpu 5 status=4"},    // the engine says so, and answers its fields with -18
		{"detached", "gpu 5 status=7"},  // driver unbound: values go on, and are not to be believed
		{"fields", "fstatus 5 155 -18"}, // only a field knows it yet
	} {
		t.Run(how.name, func(t *testing.T) {
			t.Parallel()
			dir, n := oneNode(t)
			n.serve(b200s()...)
			r := newHarness(t, dir, local, nil)
			r.eventually("up", want(of(5, "power_watts"), "812.5", engine("dcgm_gpus"), "8"))
			n.add(how.line)
			r.eventually("lost", want(
				of(5, "up"), "0", of(5, "power_watts"), absent, of(5, "sm_clock_hertz"), absent,
				of(5, "xid_errors_total"), "0",
				of(4, "up"), "1", of(4, "power_watts"), "812.5", engine("dcgm_gpus"), "7", engine("dcgm_up"), "1"))
			n.without(how.line)
			r.eventually("back", want(of(5, "up"), "1", of(5, "power_watts"), "812.5", engine("dcgm_gpus"), "8"))
		})
	}
}

// TestTopologyChange: a GPU falls off the bus, and its index no longer exists.
func TestTopologyChange(t *testing.T) {
	t.Parallel()
	dir, n := oneNode(t)
	n.serve(b200s()...)
	r := newHarness(t, dir, local, nil)
	r.eventually("eight", want(engine("dcgm_gpus"), "8", of(7, "up"), "1"))
	n.add("gpus 7")
	r.eventually("seven", want(engine("dcgm_gpus"), "7", of(7, "up"), "0",
		of(7, "power_watts"), absent, of(6, "power_watts"), "812.5"))
	n.without("gpus 7")
	r.eventually("eight again", want(engine("dcgm_gpus"), "8", of(7, "up"), "1", of(7, "power_watts"), "812.5"))
}

func TestXIDsCountOnceEach(t *testing.T) {
	t.Parallel()
	dir, n := oneNode(t)
	n.serve(append(b200s(), "xid 1 31 1000000")...) // history: before we came
	r := newHarness(t, dir, local, nil)
	r.eventually("zero for all", want(
		of(0, "xid_errors_total"), "0", of(1, "xid_errors_total"), "0",
		of(1, "last_xid"), "31", of(0, "last_xid"), absent))
	n.add("xid 0 79 2000000", "xid 0 48 2000001", "xid 1 94 2000000", "xid 1 94 2000005") // a burst, and one number twice
	r.eventually("each once", want(
		of(0, "xid_errors_total"), "2", of(0, "last_xid"), "48",
		of(1, "xid_errors_total"), "2", of(1, "last_xid"), "94",
		of(2, "xid_errors_total"), "0"))
	n.stop() // the next session is told everything again
	r.eventually("away", want(engine("dcgm_up"), "0", of(0, "xid_errors_total"), "2"))
	n.add("xid 0 119 3000000")
	r.eventually("replayed, and one more", want(
		engine("dcgm_up"), "1",
		of(0, "xid_errors_total"), "3", of(0, "last_xid"), "119",
		of(1, "xid_errors_total"), "2"))
}

// TestHangIsKilled: a call that does not return costs its engine's series until the watchdog kills the
// agent. The test is the watchdog's clock: it expires once the call is known to hang.
func TestHangIsKilled(t *testing.T) {
	t.Parallel()
	dir, n := oneNode(t)
	n.serve(b200s()...)
	var expire atomic.Pointer[func()]
	r := newHarness(t, dir, local, func(_ *Options, timing *agentTiming) {
		timing.afterFunc = func(_ time.Duration, f func()) *time.Timer {
			expire.Store(&f)
			return time.AfterFunc(time.Hour, func() {})
		}
	})
	r.eventually("up", want(engine("dcgm_up"), "1"))
	n.add("hang dcgmEntitiesGetLatestValues")
	n.awaitHang()
	r.eventually("stale", want(engine("dcgm_up"), "0", of(0, "power_watts"), absent, of(0, "up"), "0"))
	n.without("hang dcgmEntitiesGetLatestValues") // before the kill, so that the next agent does not hang
	(*expire.Load())()
	r.eventually("killed", want(failures("agent", "silent"), "1"))
	r.eventually("back", want(engine("dcgm_up"), "1", of(0, "power_watts"), "812.5"))
}

// TestCrashIsContained: a SIGSEGV in the C library ends the child, not us.
func TestCrashIsContained(t *testing.T) {
	t.Parallel()
	dir, n := oneNode(t)
	n.serve(b200s()...)
	r := newHarness(t, dir, local, nil)
	r.crashes = true
	r.eventually("up", want(engine("dcgm_up"), "1"))
	n.add("crash dcgmEntitiesGetLatestValues")
	r.eventually("crashing", all(
		want(engine("dcgm_up"), "0", of(0, "power_watts"), absent),
		above(failures("agent", "crash"), 1)))
	if !strings.Contains(r.log.String(), "SIGSEGV") {
		t.Errorf("the log does not say why the agent died:\n%s", r.log)
	}
	n.without("crash dcgmEntitiesGetLatestValues")
	r.eventually("back", want(engine("dcgm_up"), "1", of(0, "power_watts"), "812.5"))
}

// TestTwoEngines: each has its own connection, which go-dcgm in one process could not give, and
// one that fails takes nothing from the other.
func TestTwoEngines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, seven := newNode(t, dir, "_run_nvidia-dcgm.sock"), newNode(t, dir, "10.0.0.7:5555")
	one.serve(b200s()...)
	seven.serve(append(b200s(), "field * 155 d 444")...)
	r := newHarness(t, dir, "node1=unix:///run/nvidia-dcgm.sock,node7=tcp://10.0.0.7:5555", nil)
	r.crashes = true
	r.eventually("both", want(of(0, "power_watts"), "812.5", on("node7", 0, "power_watts"), "444"))
	seven.add("crash dcgmEntitiesGetLatestValues")
	r.eventually("one", all(
		want(of(0, "power_watts"), "812.5", engine("dcgm_up"), "1",
			on("node7", 0, "power_watts"), absent, `dcgm_up{hostengine="node7"}`, "0"),
		above(`dcgm_errors_total{code="crash",hostengine="node7",op="agent"}`, 0)))
	if s := r.scrape(); s[engine("dcgm_agent_restarts_total")] != "0" {
		t.Errorf("the healthy engine's agent was started again: %s", s[engine("dcgm_agent_restarts_total")])
	}
}

// TestVersionMismatch: a libdcgm that is newer than the engine asks what the engine does not know.
func TestVersionMismatch(t *testing.T) {
	t.Parallel()
	for _, how := range []struct{ name, line, op, code string }{
		{"unknown request", "api dcgmEntitiesGetLatestValues -20", "enumerate", "-20"},
		{"version", "api dcgmHostengineVersionInfo -12", "connect", "-12"},
	} {
		t.Run(how.name, func(t *testing.T) {
			t.Parallel()
			dir, n := oneNode(t)
			n.serve(append(b200s(), how.line)...)
			r := newHarness(t, dir, local, nil)
			r.eventually("mismatch", all(want(engine("dcgm_up"), "0"),
				above(failures(how.op, how.code), 0)))
			if !strings.Contains(r.log.String(), "must not be newer than the engine") {
				t.Errorf("the log does not say what to do:\n%s", r.log)
			}
		})
	}
}

// TestDeadHandle: libdcgm says OK to a connect whose login failed.
func TestDeadHandle(t *testing.T) {
	t.Parallel()
	dir, n := oneNode(t)
	n.serve(append(b200s(), "api dcgmHostengineVersionInfo -21")...)
	r := newHarness(t, dir, local, nil)
	r.eventually("refused", all(want(engine("dcgm_up"), "0"), above(failures("connect", "-21"), 0)))
}

func TestNoLibrary(t *testing.T) {
	t.Parallel()
	if out, _ := exec.Command("ldconfig", "-p").Output(); strings.Contains(string(out), "libdcgm.so.4") {
		t.Skip("libdcgm.so.4 is installed here, so that the loader finds it whatever the test does: " +
			"run this where `ldconfig -p` does not list it")
	}
	dir, n := oneNode(t)
	n.serve(b200s()...)
	r := newHarness(t, dir, local, nil)
	r.eventually("up with the fake", want(engine("dcgm_up"), "1"))
	bare := newHarnessWith(t, local, agentOf(t.TempDir(), dir))
	bare.eventually("no library", all(want(engine("dcgm_up"), "0"), above(failures("library", "unknown"), 0)))
}

// TestGarbledAgent: whatever a child writes, it costs only its engine.
func TestGarbledAgent(t *testing.T) {
	t.Parallel()
	for _, how := range []struct{ name, script, code string }{
		{"not json", "echo hello; exec sleep 60", codeGarbled},
		{"endless line", "head -c 9000000 /dev/zero | tr '\\0' x; exec sleep 60", codeGarbled},
		{"empty", "exit 0", codeCrash},
		{"failing", "echo no >&2; exit 3", codeCrash},
	} {
		t.Run(how.name, func(t *testing.T) {
			t.Parallel()
			r := newHarnessWith(t, local, func(ctx context.Context, _ string) (*exec.Cmd, error) {
				return exec.CommandContext(ctx, "sh", "-c", how.script), nil
			})
			r.crashes = how.code == codeCrash
			r.eventually(how.code, all(want(engine("dcgm_up"), "0"), above(failures(opAgent, how.code), 0)))
		})
	}
}
