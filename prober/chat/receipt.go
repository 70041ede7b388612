package chat

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
	more   bool   // the read took all that it had room for
	serial uint64 // of the read of the wire, from 1
}

// wire is a connection that knows more than its bytes. Its methods may be called while another
// goroutine reads or writes.
type wire interface {
	receipt() (Receipt, bool) // of the newest bytes; false before the first
	brief(on bool)            // whether a read takes at most readBeforeToken bytes
	delivery() (delivery, bool)
}

// delivery is what the peer has acknowledged.
type delivery struct {
	whole         bool   // everything that was written
	retransmitted uint32 // segments sent again in the life of the connection
}

// KernelStamps reports whether connections of this platform can tell when the kernel received bytes.
func KernelStamps() bool { return kernelStamps }

// Stamped makes a TCP connection keep the kernel's receive timestamps of what is read from it; see
// Received. Any other connection, and any on a platform without them, comes back as it is.
func Stamped(c net.Conn) net.Conn {
	if tcp, ok := c.(*net.TCPConn); ok {
		return stampedTCP(tcp)
	}
	return c
}

// Received is the receipt of the newest bytes that were read from a Stamped connection, or from a
// connection that reads from one, such as that of crypto/tls. It is false for any other, and before
// the first byte.
func Received(c net.Conn) (Receipt, bool) {
	if w := wireOf(c); w != nil {
		return w.receipt()
	}
	return Receipt{}, false
}

// wireOf finds the wire under wrappers, nil if there is none. net/http hands out the outermost
// connection, which prometheus/common and crypto/tls have wrapped. All of them pass LocalAddr on, so
// the address carries the wire:
//
//	tls.Conn ─► conntrack ─► wire     LocalAddr() = address{127.0.0.1:40000, wire}
func wireOf(c net.Conn) wire {
	if a, ok := c.LocalAddr().(*address); ok {
		return a.wire
	}
	return nil
}

// address is the local address of a wire.
type address struct {
	net.Addr
	wire wire
}

// arrival converts a stamp of the wall clock, as the kernel gives it, to the monotonic clock, for
// bytes that were read at now and came after floor:
//
//	floor ─────────── stamp ── lag ── now        instant = now − (wall(now) − stamp)
//
// now carries both clocks. A step of the wall clock falls into the few microseconds between stamp
// and now or does no harm; if it does, the instant is off by the step but never before floor or
// after now, between which the bytes did come.
func arrival(now time.Time, stamp int64, floor time.Time) time.Time {
	at := now.Add(-time.Duration(now.UnixNano() - stamp))
	switch {
	case at.After(now):
		return now
	case at.Before(floor):
		return floor
	}
	return at
}

// later of two instants.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
