//go:build !linux || !(amd64 || arm64 || riscv64 || loong64 || ppc64le)

package netstamp

import "net"

// Only Linux hands out receive timestamps of TCP sockets. Linux on other processors may pass times of
// another size.
const kernelStamps = false

func stampTCP(c *net.TCPConn) net.Conn { return c }
