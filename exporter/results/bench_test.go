package results

import (
	"testing"

	"github.com/firsttoken/firsttoken/prober/probertest"
)

func BenchmarkRecord(b *testing.B) {
	r := probertest.Warm("a")
	b.ReportAllocs()
	for b.Loop() {
		line, err := NewRecord(r).Encode()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(line)))
	}
}
