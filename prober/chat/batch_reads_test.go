package chat

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

func TestBatchReadsWait(t *testing.T) {
	const window = 25 * time.Millisecond
	kernel := netstamp.Receipt{Kernel: true, Serial: 1}
	for _, row := range []struct {
		name string
		got  netstamp.Receipt
		over bool // the exchange
		want time.Duration
	}{
		{"sleeps", kernel, false, window},
		{"user-space stamps would be blurred by it", netstamp.Receipt{}, false, 0},
		{"more is waiting", netstamp.Receipt{Kernel: true, Full: true, Serial: 1}, false, 0},
		{"given up", kernel, true, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			done := make(chan struct{})
			if row.over {
				close(done)
			}
			n := newBatchReads(window, done)
			defer n.stop()
			for range 2 {
				start := time.Now()
				n.wait(row.got)
				if took := time.Since(start); took != row.want {
					t.Errorf("%s: %v, want %v", row.name, took, row.want)
				}
				start = time.Now()
				n.wait(row.got) // came out of a buffer that this read of the wire filled
				if took := time.Since(start); took != 0 {
					t.Errorf("%s: %v again", row.name, took)
				}
				row.got.Serial++
			}
		})
	}
	var none *batchReads
	none.wait(kernel) // no batching
}

// Tokens that come in one read are told apart from a first one that came alone.
func TestFirstShared(t *testing.T) {
	data := []byte(roleEvent + tokenEvent + tokenEvent + finishEvent + doneEvent)
	for _, row := range []struct {
		cut  int // where the first read ends
		want bool
	}{
		{len(roleEvent) + len(tokenEvent), false},
		{len(roleEvent) + 2*len(tokenEvent), true},
		{len(roleEvent) + 2*len(tokenEvent) - 1, false}, // the second is not whole
	} {
		x := replay(OpenAIChat, &script{data: data, cuts: func(from int) int {
			if from < row.cut {
				return row.cut - from
			}
			return len(data)
		}}, way{})
		if x.Outcome != OK || x.Events != 2 || x.FirstShared != row.want {
			t.Errorf("cut at %d: %s, %d events, shared %v, want %v", row.cut, x.Outcome, x.Events, x.FirstShared, row.want)
		}
	}
}

// records hands out, one by one, what reads of the wire brought, as TLS does.
type records struct {
	data    []string
	serials []uint64
	more    bool
}

func (r *records) receive(p []byte) (int, netstamp.Receipt, error) {
	if len(r.data) == 0 {
		return 0, netstamp.Receipt{At: epoch}, io.EOF
	}
	n, got := copy(p, r.data[0]), netstamp.Receipt{At: epoch, Kernel: true, Serial: r.serials[0], Full: r.more}
	r.data, r.serials = r.data[1:], r.serials[1:]
	return n, got, nil
}

func TestFirstSharedAcrossRecords(t *testing.T) {
	for _, row := range []struct {
		name    string
		serials []uint64 // of role, token, token and end
		more    bool
		want    bool
	}{
		{"each on its own", []uint64{1, 2, 3, 4}, false, false},
		{"two tokens in one read", []uint64{1, 2, 2, 3}, false, true},
		{"role and token", []uint64{1, 1, 2, 3}, false, false}, // no token but the first
		{"a full buffer", []uint64{1, 2, 3, 4}, true, true},    // who knows what waited behind it
	} {
		x := Exchange{Outcome: OK}
		events := []string{roleEvent, tokenEvent, tokenEvent, finishEvent + doneEvent}
		s := streamOf(OpenAIChat, &records{events, row.serials, row.more}, &x)
		if f := s.read(); f != nil || x.Events != 2 || x.FirstShared != row.want {
			t.Errorf("%s: %v, %d events, shared %v, want %v", row.name, f, x.Events, x.FirstShared, row.want)
		}
	}
}

// late is a source whose bytes came long before they are read.
type late struct {
	events []string
	serial uint64
	begun  time.Time
}

// receive gives event n (from 1) the stamp of n milliseconds after the start.
func (l *late) receive(p []byte) (int, netstamp.Receipt, error) {
	l.serial++
	at := l.begun.Add(time.Duration(l.serial) * time.Millisecond)
	if len(l.events) == 0 {
		return 0, netstamp.Receipt{At: at}, io.EOF
	}
	n := copy(p, l.events[0])
	l.events = l.events[1:]
	return n, netstamp.Receipt{At: at, Kernel: true, Serial: l.serial}, nil
}

// A batched token has the instant of its stamp, not that of the read, which comes a wait later.
func TestBatchedTokensKeepTheirStamps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := Exchange{Outcome: OK}
		start := time.Now()
		src := &late{events: []string{tokenEvent, tokenEvent, tokenEvent, finishEvent + doneEvent}, begun: start}
		s := streamOf(OpenAIChat, src, &x)
		s.batch = newBatchReads(25*time.Millisecond, t.Context().Done())
		defer s.batch.stop()
		if f := s.read(); f != nil {
			t.Fatal(f)
		}
		if first, last := x.FirstToken.Sub(start), x.LastToken.Sub(start); first != 1e6 || last != 3e6 {
			t.Errorf("first %v, last %v after the start, want 1ms and 3ms", first, last)
		}
		if took := time.Since(start); took != 75*time.Millisecond {
			t.Errorf("read within %v, want three waits", took)
		}
	})
}
