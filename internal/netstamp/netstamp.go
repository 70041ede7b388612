// Package netstamp tells when the kernel received the bytes of a TCP connection, and what the peer
// has acknowledged of those that were sent.
//
//	segment ─► kernel: stamp ──► queue ──► read ──► caller
//	                             └── the time that this process was late ──┘
//
// It knows nothing of HTTP, TLS or tokens. Where the platform has no receive timestamps, Stamp hands
// back the connection as it is, and callers take the time themselves.
package netstamp

import (
	"net"
	"time"
)

// Receipt is when the newest bytes of a connection came, and how that is known.
type Receipt struct {
	// At is the kernel's receive timestamp where Kernel is true, else the instant at which Read
	// returned. Either way it is an instant of the monotonic clock.
	At time.Time
	// Lag is how much later than At this process had the bytes; 0 unless Kernel.
	Lag    time.Duration
	Kernel bool
	Full   bool   // the read filled its buffer, so more may be waiting; false unless Kernel
	Serial uint64 // number of the read on this connection, from 1
}

// Delivery is what the peer has acknowledged.
type Delivery struct {
	Whole         bool   // everything that was written
	Retransmitted uint32 // segments that were sent again since the connection began
}

// Conn is what a stamped connection reports beyond its bytes. Its methods may be called while another
// goroutine reads or writes.
type Conn interface {
	// Receipt is that of the newest bytes; false before the first.
	Receipt() (Receipt, bool)
	// Delivery is false where the kernel does not tell, or the connection is closed.
	Delivery() (Delivery, bool)
	// LimitReads makes every later read take at most n bytes; 0 removes the limit. A read reports one
	// instant for all its bytes, so short reads tell instants apart.
	LimitReads(n int)
}

// KernelStamps reports whether connections of this platform can tell when the kernel received bytes.
func KernelStamps() bool { return kernelStamps }

// Stamp makes a TCP connection keep the kernel's receive timestamps of what is read from it; Of finds
// them. Any other connection, and any on a platform without timestamps, comes back as it is.
func Stamp(c net.Conn) net.Conn {
	if tcp, ok := c.(*net.TCPConn); ok {
		return stampTCP(tcp)
	}
	return c
}

// Address is the local address of a stamped connection. It carries the connection through wrappers:
// net/http hands out the outermost connection, which prometheus/common and crypto/tls have wrapped, and
// each wrapper passes LocalAddr on.
//
//	tls.Conn ─► conntrack ─► stamped connection     LocalAddr() = Address{127.0.0.1:40000, Conn}
type Address struct {
	net.Addr
	Conn Conn
}

// Of is the stamped connection below c, or nil if there is none.
func Of(c net.Conn) Conn {
	if a, ok := c.LocalAddr().(*Address); ok {
		return a.Conn
	}
	return nil
}
