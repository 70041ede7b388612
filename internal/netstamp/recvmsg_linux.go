//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package netstamp

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// recvmsg is one call of recvmsg(2). It is made by hand because unix.Recvmsg allocates at each call, and
// a read must not: there is one for every token. A callback of syscall.RawConn escapes to the heap, so
// the call's state lives in the connection and its callback is bound once.
type recvmsg struct {
	do  func(fd uintptr) bool // receive, bound
	msg unix.Msghdr
	iov unix.Iovec
	n   int
	oob [4]uint64 // control messages, aligned: one timestamp
	now time.Time // right after the call
	err error
}

// prepare points the call at a buffer that is not empty.
func (r *recvmsg) prepare(p []byte) {
	r.iov.Base = &p[0]
	r.iov.SetLen(len(p))
}

// receive is false when there is nothing to read yet.
func (r *recvmsg) receive(fd uintptr) bool {
	for {
		r.msg = unix.Msghdr{Iov: &r.iov, Iovlen: 1, Control: (*byte)(unsafe.Pointer(&r.oob))}
		r.msg.SetControllen(int(unsafe.Sizeof(r.oob)))
		// The call never waits, so the scheduler need not know of it: that saves a tenth of a stream's cost.
		n, _, errno := unix.RawSyscall(unix.SYS_RECVMSG, fd, uintptr(unsafe.Pointer(&r.msg)), unix.MSG_DONTWAIT)
		switch errno {
		case 0:
			r.n, r.err, r.now = int(n), nil, time.Now()
			acquire(fd)
			return true
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			r.n, r.err = 0, errno
			return true
		}
	}
}

// stamp is the kernel's, in nanoseconds of the wall clock since 1970; false if it gave none, as for
// segments that came before it had begun to stamp.
func (r *recvmsg) stamp() (int64, bool) {
	const header = unsafe.Sizeof(unix.Cmsghdr{})
	if uintptr(r.msg.Controllen) < header+unsafe.Sizeof(unix.Timespec{}) {
		return 0, false
	}
	first := unsafe.Pointer(&r.oob)
	h := (*unix.Cmsghdr)(first)
	if h.Level != unix.SOL_SOCKET || h.Type != unix.SCM_TIMESTAMPNS {
		return 0, false
	}
	return (*unix.Timespec)(unsafe.Add(first, header)).Nano(), true
}
