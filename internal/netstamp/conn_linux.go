//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package netstamp

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const kernelStamps = true

// stampedConn is a TCP connection that reads by recvmsg, with the kernel's receive timestamp
// (SO_TIMESTAMPNS, socket(7)) of the newest segment that each read copied.
//
//	segment ─► kernel: stamp ──► queue ──► recvmsg ──► now      At = stamp, Lag = now − stamp
//	                              └ segments that wait together may be merged; the newest stamp stays
//
// So a stamp is exact when the reader was there before the next segment. Otherwise it is late by at
// most the distance of the segments that waited together, and never later than the read.
type stampedConn struct {
	net.Conn
	raw   syscall.RawConn
	local Address
	limit atomic.Int64 // of bytes in a read; 0 for none

	reading sync.Mutex // held by a read; guards call
	call    recvmsg

	mu     sync.Mutex
	asking bool      // something was written since the last byte was read
	asked  time.Time // when that began
	newest Receipt

	querying sync.Mutex // guards query
	query    tcpInfo
}

// stampTCP falls back to the plain connection when the kernel refuses.
func stampTCP(tcp *net.TCPConn) net.Conn {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return tcp
	}
	var refused error
	err = raw.Control(func(fd uintptr) {
		refused = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	})
	if err != nil || refused != nil {
		return tcp
	}
	c := &stampedConn{Conn: tcp, raw: raw}
	c.local = Address{tcp.LocalAddr(), c}
	c.call.do = c.call.receive
	c.query.do = c.query.ask
	return c
}

// LocalAddr carries the connection; see Address.
func (c *stampedConn) LocalAddr() net.Addr { return &c.local }

// Write notes when a request began: its answer cannot have come before.
func (c *stampedConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	if !c.asking {
		c.asking, c.asked = true, time.Now()
	}
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// Read implements net.Conn. It allocates nothing.
func (c *stampedConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if limit := int(c.limit.Load()); limit > 0 {
		p = p[:min(len(p), limit)]
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
		return 0, c.readError(err)
	}
	c.note(&c.call, len(p))
	if c.call.n == 0 {
		return 0, io.EOF
	}
	return c.call.n, nil
}

// note keeps the receipt of a read. The end of the stream has no stamp.
func (c *stampedConn) note(r *recvmsg, room int) {
	stamp, ok := r.stamp()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !ok || r.n == 0 {
		c.newest = Receipt{At: r.now, Serial: c.newest.Serial + 1}
		return
	}
	at := arrival(r.now, stamp, later(c.newest.At, c.asked))
	c.newest = Receipt{At: at, Lag: r.now.Sub(at), Kernel: true, Full: r.n == room, Serial: c.newest.Serial + 1}
	c.asking = false
}

// readError is the error that the plain connection would have given.
func (c *stampedConn) readError(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		op.Op = "read"
		return op
	}
	return &net.OpError{
		Op: "read", Net: "tcp", Source: c.local.Addr, Addr: c.RemoteAddr(),
		Err: os.NewSyscallError("recvmsg", err),
	}
}

// Receipt implements Conn.
func (c *stampedConn) Receipt() (Receipt, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.newest, !c.newest.At.IsZero()
}

// LimitReads implements Conn.
func (c *stampedConn) LimitReads(n int) { c.limit.Store(int64(n)) }
