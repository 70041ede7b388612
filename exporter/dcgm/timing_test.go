package dcgm

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	between := func(got, want time.Duration) bool { return got >= want*8/10 && got <= want*12/10 }
	b := newRetryDelay(Options{Interval: 10 * time.Second}.agentTiming())
	lost := &sessionFailure{opPoll, "-21", ""}
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		if got := b.after(time.Second, lost); !between(got, want*time.Second) {
			t.Errorf("failure %d: %v, want about %ds", i+1, got, want)
		}
	}
	for range 100 { // no overflow, however long the engine stays away
		if got := b.after(0, lost); !between(got, time.Minute) {
			t.Fatalf("%v, want about a minute", got)
		}
	}
	if got := b.after(2*time.Minute, lost); !between(got, time.Second) {
		t.Errorf("after a long life: %v, want about 1s", got)
	}
	for _, f := range []*sessionFailure{{opConnect, "-12", ""}, {opEnumerate, "-20", ""}, {opLibrary, codeUnknown, ""}} {
		if got := b.after(0, f); !between(got, 5*time.Minute) {
			t.Errorf("%s %s: %v, want about 5m: only an operator can mend it", f.Op, f.Code, got)
		}
	}
	b.after(0, lost)
	if got := b.after(0, &sessionFailure{opTopology, "0", ""}); !between(got, time.Second) {
		t.Errorf("changed GPUs: %v, want about 1s", got)
	}
}
