package history

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

func TestHistoryKeepsTheLast(t *testing.T) {
	h := New()
	h.Observe(prober.Started{Target: probertest.Target("a")})
	for i := range keptPerTarget + 5 {
		h.Observe(probertest.WarmWith(func(r *prober.Result) { r.Turn.Number = i }))
	}
	all, ok := h.Last("a", 1000)
	if !ok || len(all) != keptPerTarget || all[0].Turn != 5 || all[len(all)-1].Turn != keptPerTarget+4 {
		t.Errorf("%d results, from turn %d; want %d, from 5", len(all), all[0].Turn, keptPerTarget)
	}
	if two, _ := h.Last("a", 2); len(two) != 2 || two[1].Turn != keptPerTarget+4 {
		t.Errorf("last two: %+v", two)
	}
	h.Observe(prober.Stopped{Target: "a"})
	h.Observe(probertest.Warm("a"))
	if _, ok := h.Last("a", 1); ok {
		t.Error("a stopped target is remembered")
	}
	if _, ok := h.Summary("a"); ok || len(h.Targets()) != 0 {
		t.Error("a stopped target is summed up")
	}
}

// A fleet shares the room: 10,000 targets keep five results each, not fifty.
func TestHistoryOfAFleet(t *testing.T) {
	h := New()
	for i := range 10_000 {
		h.Observe(prober.Started{Target: prober.Target{Name: string(rune('\u4e00' + i))}})
	}
	h.Observe(prober.Started{Target: probertest.Target("a")})
	for range keptPerTarget {
		h.Observe(probertest.Warm("a"))
	}
	if all, _ := h.Last("a", 1000); len(all) != keptAtLeast {
		t.Errorf("%d results kept, want %d", len(all), keptAtLeast)
	}
}

// A server that sends kilobytes with each answer does not grow the process: all targets share 64 MiB.
func TestHistoryIsBoundedByBytes(t *testing.T) {
	h, fat := New(), []byte(`"`+strings.Repeat("x", 4<<10)+`"`)
	const targets = 400
	name := func(i int) string { return fmt.Sprintf("t%03d", i) }
	for i := range targets {
		h.Observe(prober.Started{Target: prober.Target{Name: name(i)}})
	}
	for turn := range 60 {
		for i := range targets {
			h.Observe(probertest.WarmWith(func(r *prober.Result) {
				r.Target, r.Turn.Number, r.Usage.Verbatim = name(i), turn, fat
			}))
		}
	}
	bytes := 0
	for i := range targets {
		k := &h.find(name(i)).results
		for r := range k.last(1000) {
			bytes += sizeOf(r)
		}
		if first, last := k.first().Turn.Number, 59; k.n == 0 || first != last+1-k.n {
			t.Fatalf("%s keeps %d results from turn %d on; want the newest", name(i), k.n, first)
		}
	}
	if bytes > bytesByAll || bytes < bytesByAll/2 {
		t.Errorf("results of %d bytes are kept, want most of %d", bytes, bytesByAll)
	}
	huge := probertest.WarmWith(func(r *prober.Result) {
		r.Target, r.Usage.Verbatim = name(0), make([]byte, bytesByAll/targets)
	})
	h.Observe(huge) // is kept though there is no room for it, alone
	if k := &h.find(name(0)).results; k.n != 1 || k.bytes < bytesByAll/targets {
		t.Errorf("%d results of %d bytes are kept, want the huge one alone", k.n, k.bytes)
	}
}

// A slow target does not gather samples of days: what is older than the window goes.
func TestSamplesGoWithTheWindow(t *testing.T) {
	h := New()
	h.Observe(prober.Started{Target: probertest.Target("a")})
	for i := range 1000 {
		h.Observe(probertest.WarmWith(func(r *prober.Result) { r.End = r.End.Add(time.Duration(i) * 3 * time.Minute) }))
	}
	if n := h.find("a").samples.n; n != 4 {
		t.Errorf("%d samples are kept, want those of ten minutes, 4", n)
	}
}

func TestDescribedKeepsResults(t *testing.T) {
	h := New()
	h.Observe(prober.Started{Target: probertest.Target("a")})
	h.Observe(probertest.Warm("a"))
	described := probertest.Target("a")
	described.Region = "us"
	h.Observe(prober.Described{Target: described})
	if now, _ := h.Target("a"); now.Region != "us" {
		t.Errorf("region %q, want us", now.Region)
	}
	if kept, _ := h.Last("a", 10); len(kept) != 1 {
		t.Errorf("%d results are kept, want 1", len(kept))
	}
	h.Observe(prober.Described{Target: probertest.Target("b")})
	if _, ok := h.Target("b"); ok {
		t.Error("a target that does not run is remembered")
	}
}
