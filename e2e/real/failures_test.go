//go:build real

package real

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func tiny(url string) target {
	return target{name: "tiny", url: url, model: "tiny", engine: "llama.cpp"}
}

// The longest time until what happened can be seen.
const (
	freezeNoticedWithin   = 15 * time.Second
	recoveryNoticedWithin = 10 * time.Second
)

// A killed engine is refused connections, which is bad availability; one that is back is found within seconds.
func TestKilledAndBack(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{})
	d := startDaemon(t, tiny(e.url()))
	d.await(t, "ok", 2)
	e.kill()
	d.await(t, "refused", 2)
	d.awaitsUnavailable(t, 2)
	if n := d.sum(t, "firsttoken_failures_total", "cause", "connect_refused"); n < 2 {
		t.Errorf("%v failures connect_refused, want 2 and more", n)
	}
	startEngine(t, e.settings)
	back := time.Now()
	d.findsWithin(t, recoveryNoticedWithin, back)
}

// A frozen engine is on the page and in the series long before its requests time out, and its thaw is found.
func TestFrozenAndThawed(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{})
	x := tiny(e.url())
	x.load = "arrival_shape: 16" // no long pause between two requests
	d := startDaemon(t, x)
	d.await(t, "ok", 2)
	e.signal(syscall.SIGSTOP)
	frozen := time.Now()
	eventually(t, "the page says that there is no answer", func() string {
		if page := d.page(t, "/"); !strings.Contains(page, "no answer for") {
			return page
		}
		return ""
	})
	since := time.UnixMilli(int64(1e3 * d.sum(t, "firsttoken_waiting_since_timestamp_seconds")))
	if late := time.Since(frozen); late > freezeNoticedWithin || time.Since(since) > late+time.Second {
		t.Errorf("on the page %v after the engine froze, want %v; waiting since %v", late, freezeNoticedWithin, since)
	}
	time.Sleep(time.Until(frozen.Add(20 * time.Second))) // for so long it is frozen
	e.signal(syscall.SIGCONT)
	d.findsWithin(t, recoveryNoticedWithin, time.Now())
}

// A frozen engine whose first token does not come in time is a timeout, and bad for TTFT and availability.
func TestFrozenTimesOut(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{})
	x := tiny(e.url())
	x.more = "first_token_timeout: 5s"
	d := startDaemon(t, x)
	d.await(t, "ok", 1)
	e.signal(syscall.SIGSTOP)
	d.await(t, "timeout", 1)
	for _, objective := range []string{"availability", "ttft"} { // a session's first turn has no objective for TTFT
		eventually(t, "a bad event of "+objective, func() string {
			if d.sum(t, "firsttoken_slo_bad_events_total", "slo", objective) < 1 {
				return "none"
			}
			return ""
		})
	}
	before := len(d.with(t, "ok"))
	e.signal(syscall.SIGCONT)
	d.await(t, "ok", before+1)
}

// llama.cpp answers for any model name; the answer's own name gives it away.
func TestAnotherModelAnswers(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{})
	x := tiny(e.url())
	x.model = "large"
	d := startDaemon(t, x)
	d.await(t, "ok", 3)
	d.settled(t)
	answers := d.with(t, "ok")
	for _, r := range answers {
		if r.Model != "tiny" {
			t.Errorf("answered by %q, want tiny", r.Model)
		}
	}
	if n := d.sum(t, "firsttoken_other_model_total"); n != float64(len(answers)) {
		t.Errorf("%v answers by another model, want all %d", n, len(answers))
	}
}

// A wrong key is our fault: denied, and in no objective.
func TestWrongKey(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{key: "right"})
	const wrong = "sk-wrong-0123456789"
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	x := tiny(e.url())
	x.more = "api_key_file: " + key
	d := startDaemon(t, x)
	r := d.await(t, "denied", 1)[0]
	if r.Status != 401 || r.Cause != "http_401" {
		t.Errorf("status %d, cause %q, want 401 and http_401", r.Status, r.Cause)
	}
	d.blameless(t)
	if strings.Contains(d.log.String(), wrong) || strings.Contains(r.Error, wrong) {
		t.Error("the key was printed")
	}
}

// A window that is too small is our fault, too: rejected with its cause, and in no objective.
func TestWindowTooSmall(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{context: 2048})
	d := startDaemon(t, tiny(e.url()))
	r := d.await(t, "rejected", 1)[0]
	if r.Cause != "context_overflow" {
		t.Errorf("cause %q, want context_overflow: %s", r.Cause, r.Error)
	}
	d.blameless(t)
}

// blameless holds that nothing was bad in an objective.
func (d *daemon) blameless(t *testing.T) {
	t.Helper()
	if bad := d.sum(t, "firsttoken_slo_bad_events_total"); bad != 0 {
		t.Errorf("%v bad events for a fault of our own", bad)
	}
}
