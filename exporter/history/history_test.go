package history

import (
	"testing"

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
