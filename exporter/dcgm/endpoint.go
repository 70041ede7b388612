package dcgm

import (
	"fmt"
	"net"
	"strings"
)

// endpoint is an address as the C library wants it.
type endpoint struct {
	address string
	scheme  scheme
}

type scheme int

const (
	overTCP scheme = iota
	overUnix
	overVsock
)

// endpointOf reads an address. Unix sockets and TCP go by the connect call that every libdcgm 4
// has, only vsock needs the one of 4.5. TCP to a host engine has neither authentication nor
// encryption: whoever reaches the port controls the GPUs.
func endpointOf(address string) (endpoint, error) {
	switch kind, rest, found := strings.Cut(address, "://"); {
	case !found:
		return tcpEndpoint(address)
	case kind == "tcp":
		return tcpEndpoint(rest)
	case kind == "unix" && strings.HasPrefix(rest, "/"):
		return endpoint{rest, overUnix}, nil
	case kind == "unix":
		return endpoint{}, fmt.Errorf("%q: a unix socket is an absolute path, unix:///run/nvidia-dcgm.sock", address)
	case kind == "vsock" && rest != "":
		return endpoint{address, overVsock}, nil
	default:
		return endpoint{}, fmt.Errorf("%q: a host engine is unix:///path, host:port or vsock://cid:port", address)
	}
}

func tcpEndpoint(address string) (endpoint, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || port == "" {
		return endpoint{}, fmt.Errorf("%q: a host engine over TCP is host:port", address)
	}
	return endpoint{address, overTCP}, nil
}
