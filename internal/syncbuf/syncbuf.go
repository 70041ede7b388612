// Package syncbuf holds what a running program or a logger has written, so that a test can read it meanwhile.
package syncbuf

import (
	"strings"
	"sync"
)

// Buffer is a text that grows in one goroutine and is read in others. The zero value is empty and ready for use.
type Buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String is all that was written so far.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
