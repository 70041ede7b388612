//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package chat

import (
	"syscall"
	"unsafe"
)

// tcpInfo is struct tcp_info of linux/tcp.h, up to where it serves us; kernels since 4.6 fill it.
type tcpInfo struct {
	syscall.TCPInfo           // up to total_retrans
	_               [5]uint64 // pacing rates, bytes acked and received, segments
	notSent         uint32    // bytes that are waiting to be sent for the first time
	_               uint32
}

// query is one question for tcpInfo. It lives in the connection, as recvmsg does.
type query struct {
	do    func(fd uintptr) // control, bound once
	info  tcpInfo
	known bool
}

func (q *query) control(fd uintptr) {
	q.info = tcpInfo{}
	size := uint32(unsafe.Sizeof(q.info))
	_, _, errno := syscall.Syscall6(syscall.SYS_GETSOCKOPT, fd, syscall.IPPROTO_TCP, syscall.TCP_INFO,
		uintptr(unsafe.Pointer(&q.info)), uintptr(unsafe.Pointer(&size)), 0)
	q.known = errno == 0 && uintptr(size) >= unsafe.Offsetof(q.info.notSent)+unsafe.Sizeof(q.info.notSent)
}

// delivery asks the kernel: no segment unacknowledged, no byte unsent.
func (c *kernelConn) delivery() (delivery, bool) {
	c.asks.Lock()
	defer c.asks.Unlock()
	c.ask.known = false
	if err := c.raw.Control(c.ask.do); err != nil || !c.ask.known {
		return delivery{}, false
	}
	i := &c.ask.info
	return delivery{whole: i.Unacked == 0 && i.notSent == 0, retransmitted: i.Total_retrans}, true
}
