//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package chat

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

const kernelStamps = true

// kernelConn is a TCP connection that reads by recvmsg, with the kernel's receive timestamp
// (SO_TIMESTAMPNS, socket(7)) of the newest segment that each read copied.
//
//	segment ─► kernel: stamp ──► queue ──► recvmsg ──► now      At = stamp, Lag = now − stamp
//	                              └ segments that wait together may be merged; the newest stamp stays
//
// So a stamp is exact when the reader was there before the next segment, and is late by at most the
// distance of the segments that waited together, never later than the instant of the read. No read
// allocates.
type kernelConn struct {
	net.Conn
	raw   syscall.RawConn
	local address
	short atomic.Bool // reads take at most readBeforeToken

	reading sync.Mutex // held by a read; guards the call below, which may not be a closure's
	call    recvmsg

	mu     sync.Mutex
	asking bool      // something was written since the last byte was read
	asked  time.Time // when that began
	newest Receipt

	asks sync.Mutex // guards query
	ask  query
}

// stampedTCP falls back to the plain connection when the kernel refuses.
func stampedTCP(tcp *net.TCPConn) net.Conn {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return tcp
	}
	var refused error
	err = raw.Control(func(fd uintptr) {
		refused = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_TIMESTAMPNS, 1)
	})
	if err != nil || refused != nil {
		return tcp
	}
	c := &kernelConn{Conn: tcp, raw: raw}
	c.local = address{tcp.LocalAddr(), c}
	c.call.do = c.call.receive
	c.ask.do = c.ask.control
	return c
}

// LocalAddr carries the connection; see wireOf.
func (c *kernelConn) LocalAddr() net.Addr { return &c.local }

// Write notes when a request began: its answer did not come before.
func (c *kernelConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	if !c.asking {
		c.asking, c.asked = true, time.Now()
	}
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// Read implements net.Conn.
func (c *kernelConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if c.short.Load() {
		p = p[:min(len(p), readBeforeToken)]
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	c.call.prepare(p)
	err := c.raw.Read(c.call.do)
	c.call.iov.Base = nil
	if err == nil {
		err = c.call.err
	}
	if err != nil {
		return 0, c.failed(err)
	}
	c.note(&c.call, len(p))
	if c.call.n == 0 {
		return 0, io.EOF
	}
	return c.call.n, nil
}

// note keeps the receipt of a read. The end of the stream has no stamp.
func (c *kernelConn) note(r *recvmsg, room int) {
	stamp, ok := r.stamp()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !ok || r.n == 0 {
		c.newest = Receipt{At: r.now, serial: c.newest.serial + 1}
		return
	}
	at := arrival(r.now, stamp, later(c.newest.At, c.asked))
	c.newest = Receipt{At: at, Lag: r.now.Sub(at), Kernel: true, more: r.n == room, serial: c.newest.serial + 1}
	c.asking = false
}

// failed is the error that the connection itself would have given.
func (c *kernelConn) failed(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		op.Op = "read"
		return op
	}
	return &net.OpError{Op: "read", Net: "tcp", Source: c.local.Addr, Addr: c.RemoteAddr(), Err: os.NewSyscallError("recvmsg", err)}
}

func (c *kernelConn) receipt() (Receipt, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.newest, !c.newest.At.IsZero()
}

func (c *kernelConn) brief(on bool) { c.short.Store(on) }

// recvmsg is one call of it. It lives in the connection because what a RawConn calls escapes.
type recvmsg struct {
	do  func(fd uintptr) bool // receive, bound once
	msg syscall.Msghdr
	iov syscall.Iovec
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
		r.msg = syscall.Msghdr{Iov: &r.iov, Iovlen: 1, Control: (*byte)(unsafe.Pointer(&r.oob))}
		r.msg.SetControllen(int(unsafe.Sizeof(r.oob)))
		// It never waits, so the scheduler need not be told of it: that saves a tenth of a stream's cost.
		n, _, errno := syscall.RawSyscall(syscall.SYS_RECVMSG, fd, uintptr(unsafe.Pointer(&r.msg)), syscall.MSG_DONTWAIT)
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
	const header = unsafe.Sizeof(syscall.Cmsghdr{})
	if uintptr(r.msg.Controllen) < header+unsafe.Sizeof(syscall.Timespec{}) {
		return 0, false
	}
	first := unsafe.Pointer(&r.oob)
	h := (*syscall.Cmsghdr)(first)
	if h.Level != syscall.SOL_SOCKET || h.Type != syscall.SCM_TIMESTAMPNS {
		return 0, false
	}
	return (*syscall.Timespec)(unsafe.Add(first, header)).Nano(), true
}
