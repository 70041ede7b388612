//go:build real

package real

import (
	"fmt"
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

// noticedWithin is the longest time until a failure or its end is visible.
const noticedWithin = 15 * time.Second

// A killed engine is refused connections, which is bad availability; one that is back is found within seconds.
func TestKilledAndBack(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{})
	d := startDaemon(t, tiny(e.url()))
	d.await(t, "ok", 2)
	e.kill()
	d.await(t, "refused", 2)
	if bad := d.sum(t, "firsttoken_slo_bad_events_total", "slo", "availability"); bad < 2 {
		t.Errorf("%v bad availability events, want 2 and more", bad)
	}
	if n := d.sum(t, "firsttoken_failures_total", "cause", "connect_refused"); n < 2 {
		t.Errorf("%v failures connect_refused, want 2 and more", n)
	}
	before := len(d.with(t, "ok"))
	startEngine(t, e.settings)
	back := time.Now()
	first := d.await(t, "ok", before+1)[before]
	if late := first.Started.Sub(back); late > noticedWithin {
		t.Errorf("the first good answer started %v after the engine was back, want at most %v", late, noticedWithin)
	}
}

// A frozen engine is visible long before its requests time out, and its thaw is found.
func TestFrozenAndThawed(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{})
	d := startDaemon(t, tiny(e.url()))
	d.await(t, "ok", 2)
	e.signal(syscall.SIGSTOP)
	frozen := time.Now()
	eventually(t, "a request waits for 10 s", func() string {
		since := d.sum(t, "firsttoken_waiting_since_timestamp_seconds")
		if since == 0 || time.Since(time.UnixMilli(int64(since*1e3))) < 10*time.Second {
			return fmt.Sprintf("waiting since %f", since)
		}
		return ""
	})
	if late := time.Since(frozen); late > noticedWithin+10*time.Second { // the next request, and its 10 s
		t.Errorf("visible %v after the engine froze", late)
	}
	if page := d.page(t, "/"); !strings.Contains(page, "no answer for") {
		t.Errorf("the page does not say that there is no answer:\n%s", page)
	}
	before := len(d.with(t, "ok"))
	e.signal(syscall.SIGCONT)
	d.await(t, "ok", before+1)
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
	x.model, x.until = "large", 15*time.Second
	d := startDaemon(t, x)
	d.await(t, "ok", 1)
	d.settled(t, x)
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
