package chat

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestNap(t *testing.T) {
	const window = 25 * time.Millisecond
	kernel := Receipt{Kernel: true, serial: 1}
	for _, row := range []struct {
		name string
		got  Receipt
		over bool // the exchange
		want time.Duration
	}{
		{"sleeps", kernel, false, window},
		{"user-space stamps would be blurred by it", Receipt{}, false, 0},
		{"more is waiting", Receipt{Kernel: true, more: true, serial: 1}, false, 0},
		{"given up", kernel, true, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			done := make(chan struct{})
			if row.over {
				close(done)
			}
			n := newNap(window, done)
			defer n.stop()
			for range 2 {
				start := time.Now()
				n.take(row.got)
				if took := time.Since(start); took != row.want {
					t.Errorf("%s: %v, want %v", row.name, took, row.want)
				}
				start = time.Now()
				n.take(row.got) // came out of a buffer that this read of the wire filled
				if took := time.Since(start); took != 0 {
					t.Errorf("%s: %v again", row.name, took)
				}
				row.got.serial++
			}
		})
	}
	var none *nap
	none.take(kernel) // no batching
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
