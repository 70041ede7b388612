package chat

import (
	"testing"
	"time"
)

// The end of an upload is not later than the answer to it, whenever its hook got to run.
func TestWrittenIsBeforeTheAnswer(t *testing.T) {
	second := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Second) }
	never := time.Time{}
	for _, tt := range []struct {
		written, headers time.Time
		whole            bool
		want             time.Time
	}{
		{second(1), second(2), true, second(1)},
		{second(3), second(2), true, second(2)}, // the hook ran late
		{never, second(2), true, second(2)},     // or not yet
		{never, second(2), false, never},        // an early answer: the body was not sent to its end
		{second(1), never, true, second(1)},     // no answer
		{never, never, true, never},
	} {
		tr := trace{written: tt.written, headers: tt.headers}
		var x Exchange
		tr.fill(&x, tt.whole)
		if !x.Written.Equal(tt.want) {
			t.Errorf("%+v: %v", tt, x.Written)
		}
	}
}
