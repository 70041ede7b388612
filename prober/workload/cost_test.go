package workload

import (
	"runtime"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// full is a session just below 200,000 tokens.
func full(ordinal uint64) *Session {
	s := agent(Load(), ordinal)
	for s.size.words < 190_000 && !s.Over() {
		step(s)
	}
	return s
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestAFullSessionIsSmall(t *testing.T) {
	const n = 200
	shape, cal := Load(), NewCalibration(1)
	sharedCorpus()
	sessions := make([]*Session, n)
	before := heap()
	messages := 0
	for i := range sessions {
		s := NewSession(&shape, sharedCorpus(), cal, Identity{Ordinal: uint64(i)})
		var r chat.Request
		for s.size.words < 180_000 && !s.Over() {
			_, r = step(s)
		}
		sessions[i], messages = s, messages+r.Conversation.Len()
	}
	each := (heap() - before) / n
	t.Logf("%d bytes a session of %d messages", each, messages/n)
	if messages/n < 150 {
		t.Fatalf("only %d messages a session: not the sessions to be measured", messages/n)
	}
	if each > 12<<10 { // the project's bound is 64 KiB; records make it about 6
		t.Errorf("a full session costs %d bytes of heap", each)
	}
	runtime.KeepAlive(sessions)
}

// walk reads a prompt as an encoder does, twice: for its length, and for its bytes.
func walk(c chat.Conversation) (bytes int) {
	for range 2 {
		for i := range c.Len() {
			m := c.Message(i)
			bytes += m.Text.Len() + m.Call.Value.Len()
		}
	}
	return bytes
}

func TestATurnAllocatesLittle(t *testing.T) {
	s := full(41)
	if s.Over() {
		t.Fatal("the session is over")
	}
	at := *s // the same turn again and again
	const turns = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range turns {
		again := at
		_, r := again.Next(Ages{Session: Ago(time.Second)})
		if walk(r.Conversation) < 2*850_000 {
			t.Fatal("not a full prompt")
		}
	}
	runtime.ReadMemStats(&after)
	if bytes := (after.TotalAlloc - before.TotalAlloc) / turns; bytes > 8<<10 {
		t.Errorf("a turn of 190,000 tokens allocates %d bytes", bytes)
	}
}

func TestMessageDoesNotAllocate(t *testing.T) {
	_, r := step(full(42))
	if n := testing.AllocsPerRun(5, func() { walk(r.Conversation) }); n != 0 {
		t.Errorf("walking a prompt allocates %v times", n)
	}
}

func BenchmarkNext(b *testing.B) {
	at := *full(43)
	b.ReportAllocs()
	for b.Loop() {
		again := at
		again.Next(Ages{Session: Ago(time.Second)})
	}
}

func BenchmarkNextAndWalk(b *testing.B) {
	at := *full(43)
	b.ReportAllocs()
	for b.Loop() {
		again := at
		_, r := again.Next(Ages{Session: Ago(time.Second)})
		walk(r.Conversation)
	}
}

func BenchmarkMidLife(b *testing.B) {
	shape, cal := Load(), NewCalibration(1)
	sharedCorpus()
	b.ReportAllocs()
	for i := uint64(0); b.Loop(); i++ {
		NewSession(&shape, sharedCorpus(), cal, Identity{Ordinal: i}).MidLife()
	}
}

func BenchmarkEstimate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Load().Estimate()
	}
}
