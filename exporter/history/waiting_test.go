package history

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

// An endpoint that holds a request is seen while it does, and not only when the request ends.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		h.Observe(prober.Started{Target: probertest.Target("a")})
		good := probertest.WarmWith(probertest.Now)
		h.Observe(good)
		h.Observe(prober.Sent{Target: "a", ID: "1", At: time.Now()})
		state := func() (State, time.Duration) {
			s, _ := h.Summary("a")
			return s.State, s.Wait
		}
		time.Sleep(10 * time.Second)
		if s, wait := state(); s == Waiting || wait != 10*time.Second {
			t.Errorf("%s after %s", s, wait)
		}
		time.Sleep(5 * time.Second)
		if s, wait := state(); s != Waiting || wait != 15*time.Second {
			t.Errorf("%s after %s, want %s", s, wait, Waiting)
		}
		h.Observe(prober.FirstToken{Target: "a", ID: "1", At: time.Now()})
		if s, wait := state(); s == Waiting || wait != 0 {
			t.Errorf("%s after a first token, waiting %s", s, wait)
		}
		h.Observe(prober.Sent{Target: "a", ID: "2", At: time.Now()})
		time.Sleep(time.Minute)
		h.Observe(probertest.WarmWith(func(r *prober.Result) { r.ID, r.Outcome = "2", chat.Timeout }))
		if s, wait := state(); s == Waiting || wait != 0 {
			t.Errorf("%s after the end, waiting %s", s, wait)
		}
	})
}

func TestWhatBendsNumbers(t *testing.T) {
	h := New()
	h.Observe(prober.Started{Target: probertest.Target("a")})
	h.Observe(probertest.WarmWith(probertest.Now, func(r *prober.Result) {
		r.Whole.Last, r.Identity.Model = r.Whole.First, "tiny"
	}))
	if s, _ := h.Summary("a"); s.NotStreamed != 1 || s.OtherModel != "tiny" {
		t.Errorf("%d not streamed, other model %q", s.NotStreamed, s.OtherModel)
	}
	h.Observe(probertest.WarmWith(probertest.Now))
	if s, _ := h.Summary("a"); s.OtherModel != "" || s.NoUsage != 0 {
		t.Errorf("other model %q, %d without usage, though the last answer was the right one's", s.OtherModel, s.NoUsage)
	}
	uncounted := func(r *prober.Result) { r.Usage = chat.Usage{} }
	h.Observe(probertest.WarmWith(probertest.Now, uncounted))
	h.Observe(probertest.WarmWith(probertest.Now, uncounted, func(r *prober.Result) { r.Outcome = chat.Broken }))
	if s, _ := h.Summary("a"); s.NoUsage != 1 {
		t.Errorf("%d good answers without usage, want 1", s.NoUsage)
	}
}
