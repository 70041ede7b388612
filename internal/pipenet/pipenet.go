// Package pipenet is a network in memory, for tests in a bubble of synctest: a bubble can wait for pipes, and not for
// sockets.
package pipenet

import (
	"context"
	"net"
	"sync"
)

// Network is a listener, and the way to connect to it.
type Network struct {
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

// New is a network on which nobody has connected. In a bubble, it is made there.
func New() *Network {
	return &Network{accepted: make(chan net.Conn), closed: make(chan struct{})}
}

// DialContext connects to the listener, whatever the address, as soon as it accepts.
func (n *Network) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case n.accepted <- server:
		return client, nil
	case <-n.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for a connection; net.ErrClosed after Close.
func (n *Network) Accept() (net.Conn, error) {
	select {
	case c := <-n.accepted:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the listener. Connections go on.
func (n *Network) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

// Addr is a loopback address, for those who make a URL of it.
func (n *Network) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
