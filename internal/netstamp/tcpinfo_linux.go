//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package netstamp

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// tcpInfo is one getsockopt(TCP_INFO). It lives in the connection as recvmsg does, for the same reason;
// unix.GetsockoptTCPInfo allocates, and hides how much of the structure an older kernel filled.
type tcpInfo struct {
	do    func(fd uintptr) // ask, bound
	info  unix.TCPInfo
	known bool // the kernel filled info up to Notsent_bytes, as all do since 4.6
}

func (t *tcpInfo) ask(fd uintptr) {
	const needed = unsafe.Offsetof(t.info.Notsent_bytes) + unsafe.Sizeof(t.info.Notsent_bytes)
	t.info = unix.TCPInfo{}
	size := uint32(unsafe.Sizeof(t.info))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.IPPROTO_TCP, unix.TCP_INFO,
		uintptr(unsafe.Pointer(&t.info)), uintptr(unsafe.Pointer(&size)), 0)
	t.known = errno == 0 && uintptr(size) >= needed
}

// Delivery implements Conn: everything is delivered when no segment is unacknowledged and no byte is
// still to be sent.
func (c *stampedConn) Delivery() (Delivery, bool) {
	c.querying.Lock()
	defer c.querying.Unlock()
	c.query.known = false
	if err := c.raw.Control(c.query.do); err != nil || !c.query.known {
		return Delivery{}, false
	}
	i := &c.query.info
	return Delivery{Whole: i.Unacked == 0 && i.Notsent_bytes == 0, Retransmitted: i.Total_retrans}, true
}
