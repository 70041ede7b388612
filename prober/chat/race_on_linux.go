//go:build race && (amd64 || arm64 || riscv64 || loong64 || ppc64le)

package chat

import "syscall"

// acquire tells the race detector what package syscall tells it after each of its own reads: that what
// the writer of the bytes did before is known to their reader. A read of nothing does nothing else.
func acquire(fd uintptr) { _, _ = syscall.Read(int(fd), nil) }
