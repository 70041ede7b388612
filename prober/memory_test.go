package prober

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// fakeMemory is a Memory without a file.
type fakeMemory struct {
	mu           sync.Mutex
	since, until map[string]time.Time
}

func newFakeMemory() *fakeMemory {
	return &fakeMemory{since: map[string]time.Time{}, until: map[string]time.Time{}}
}

func (m *fakeMemory) SaveBackoff(target string, since, until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.since[target], m.until[target] = since, until
}

func (m *fakeMemory) LoadBackoff(target string) (since, until time.Time, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.since[target], m.until[target], !m.since[target].IsZero()
}

// TestBackoffOutlivesItsLoop: a target that was asked to wait for an hour is not asked sooner because its configuration
// was changed or the process restarted, and it says since when it throttles until it no longer does.
func TestBackoffOutlivesItsLoop(t *testing.T) {
	for _, profile := range []string{ProfileSentinel, ProfileWatch} {
		synctest.Test(t, func(t *testing.T) {
			s, memory := newServer(1), newFakeMemory()
			var j journal
			o := Options{
				Connect: func(Target) (Sender, error) { return s, nil }, Observer: &j, Seed: 1, Memory: memory,
			}
			p, target := newTestProber(o), example("t", profile)
			s.change(func(s *server) {
				s.answer = func(*chat.Request) answer { return answer{outcome: chat.Throttled, retry: time.Hour} }
			})
			apply := func() {
				t.Helper()
				if err := p.Apply([]Target{target}); err != nil {
					t.Fatal(err)
				}
			}
			apply()
			until(t, func() bool { return s.seen().sent == 1 })
			began := time.Now()
			s.change(func(s *server) { s.answer = nil })
			for range 5 {
				time.Sleep(10 * time.Minute)
				target.Tier += "x"
				apply()
				if err := p.Stop(t.Context()); err != nil {
					t.Fatal(err)
				}
				p = newTestProber(o)
				apply()
			}
			time.Sleep(time.Until(began.Add(58 * time.Minute)))
			if n := s.seen().sent; n != 1 {
				t.Errorf("%s: %d requests were sent within the hour", profile, n)
			}
			rates := of[RateChanged](j.all())
			if last := rates[len(rates)-1]; last.ThrottledSince.IsZero() || last.ThrottledSince.After(began) {
				t.Errorf("%s: throttled since %v, it began at %v", profile, last.ThrottledSince, began)
			}
			time.Sleep(2 * time.Hour)
			rates = of[RateChanged](j.all())
			last := rates[len(rates)-1]
			if !last.ThrottledSince.IsZero() || last.Effective != last.SetPoint || s.seen().sent < 10 {
				t.Errorf("%s: %+v after %d requests", profile, last, s.seen().sent)
			}
			if since, _, ok := memory.LoadBackoff("t"); ok {
				t.Errorf("%s: still kept since %v", profile, since)
			}
			if err := p.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
	}
}
