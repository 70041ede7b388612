package selfcheck

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/pipenet"
)

// memory is a network whose client is starved: hold delays its reads.
type memory struct {
	*pipenet.Network
	hold *holding
}

type holding struct {
	mu sync.Mutex
	d  time.Duration
}

func (h *holding) set(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.d = d }
func (h *holding) get() time.Duration  { h.mu.Lock(); defer h.mu.Unlock(); return h.d }

func newMemory() *memory { return &memory{pipenet.New(), &holding{}} }

func (m *memory) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	client, err := m.DialContext(ctx, kind, address)
	if err != nil {
		return nil, err
	}
	return slow{client, m.hold}, nil
}

type slow struct {
	net.Conn
	hold *holding
}

func (s slow) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	time.Sleep(s.hold.get())
	return n, err
}

// bubble runs a check every second while test runs.
func bubble(t *testing.T, test func(m *memory, samples func() []Sample, trust *Trust)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		var mu sync.Mutex
		var all []Sample
		trust := NewTrust(time.Now(), time.Second)
		c, err := New(t.Context(), Options{
			Every: time.Second, Dial: m.dial, Logger: slog.New(slog.DiscardHandler),
			Listen:  func(context.Context) (net.Listener, error) { return m, nil },
			Observe: func(s Sample) { trust.Check(s); mu.Lock(); defer mu.Unlock(); all = append(all, s) },
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var run sync.WaitGroup
		run.Go(func() { c.Run(ctx) })
		test(m, func() []Sample { mu.Lock(); defer mu.Unlock(); return append([]Sample(nil), all...) }, trust)
		cancel()
		run.Wait()
		time.Sleep(2 * time.Hour) // what net/http still sleeps on comes to its end
	})
}

// In simulated time code takes no time, and the check has no error at all.
func TestCheckIsExact(t *testing.T) {
	bubble(t, func(_ *memory, samples func() []Sample, trust *Trust) {
		time.Sleep(10*time.Second + Delay + 1)
		got := samples()
		if len(got) != 10 { // eleven less that of the new connection
			t.Errorf("%d samples in ten seconds", len(got))
		}
		for _, s := range got {
			if s.Error != 0 {
				t.Errorf("error %v", s.Error)
			}
		}
		if !trust.Trusted(time.Now()) {
			t.Error("not trusted")
		}
	})
}

// A process that reads 30 ms late shows 30 ms, loses trust within a few checks, and regains it a
// minute after the trouble.
func TestCheckSeesStarvation(t *testing.T) {
	bubble(t, func(m *memory, samples func() []Sample, trust *Trust) {
		time.Sleep(10 * time.Second)
		m.hold.set(30 * time.Millisecond)
		time.Sleep(5 * time.Second)
		got := samples()
		if last := got[len(got)-1]; last.Error != 30*time.Millisecond {
			t.Errorf("error %v, want 30ms", last.Error)
		}
		if trust.Trusted(time.Now()) {
			t.Error("trusted after five seconds at 30 ms")
		}
		m.hold.set(0)
		time.Sleep(30 * time.Second)
		if trust.Trusted(time.Now()) {
			t.Error("trusted again already")
		}
		time.Sleep(40 * time.Second)
		if !trust.Trusted(time.Now()) {
			t.Error("not trusted a minute later")
		}
	})
}

// A check that hangs is evidence too.
func TestCheckThatHangs(t *testing.T) {
	bubble(t, func(m *memory, _ func() []Sample, trust *Trust) {
		time.Sleep(3 * time.Second)
		m.hold.set(time.Hour)
		time.Sleep(6 * time.Second)
		if trust.Trusted(time.Now()) {
			t.Error("trusted without a check for six seconds")
		}
		m.hold.set(0)
	})
}

func TestCheckOnLoopback(t *testing.T) {
	got := make(chan Sample, 100)
	c,
		err := New(t.Context(),
		Options{Every: 50 * time.Millisecond, Observe: func(s Sample) { got <- s }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { c.Run(ctx) })
	best := time.Hour
	for i := 0; i < 100 && best > Delay; i++ { // a busy machine may take several tries
		best = min(best, (<-got).Error.Abs())
	}
	cancel()
	run.Wait()
	if best > Delay {
		t.Errorf("an error of %v at best", best)
	}
}

func TestNewFails(t *testing.T) {
	no := errors.New("no loopback")
	_, err := New(t.Context(), Options{Listen: func(context.Context) (net.Listener, error) { return nil, no }})
	if !errors.Is(err, no) {
		t.Errorf("error %v", err)
	}
}
