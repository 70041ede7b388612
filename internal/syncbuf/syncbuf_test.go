package syncbuf

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// The race detector watches; whole lines come out.
func TestReadWhileItGrows(t *testing.T) {
	var b Buffer
	var writers sync.WaitGroup
	for w := range 2 {
		writers.Go(func() {
			for range 100 {
				_, _ = fmt.Fprintf(&b, "line of %d\n", w)
				if text := b.String(); !strings.HasSuffix(text, "\n") {
					t.Errorf("it ends with %q", text[max(0, len(text)-20):])
				}
			}
		})
	}
	writers.Wait()
	if n := strings.Count(b.String(), "line of "); n != 200 {
		t.Errorf("%d lines, want 200", n)
	}
}
