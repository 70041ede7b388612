package history

import (
	"testing"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

func BenchmarkHistory(b *testing.B) {
	h := New()
	h.Observe(prober.Started{Target: probertest.Target("a")})
	var e prober.Event = probertest.Warm("a")
	b.Run("observe", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			h.Observe(e)
		}
	})
	b.Run("summary", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			h.Summary("a")
		}
	})
}
