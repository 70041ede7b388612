package dcgm

import (
	"fmt"
	"net"
	"strings"
)

// engineAddress is the address of a host engine in the form that the C library takes.
type engineAddress struct {
	address string
	scheme  scheme
}

type scheme int

const (
	overTCP scheme = iota
	overUnix
	overVsock
)

// parseEngineAddress reads an address. Unix sockets and TCP use the connect call that every libdcgm 4
// has; vsock needs the one of 4.5. TCP to a host engine has neither authentication nor encryption:
// everyone who reaches the port controls the GPUs.
func parseEngineAddress(address string) (engineAddress, error) {
	switch kind, rest, found := strings.Cut(address, "://"); {
	case !found:
		return parseTCPAddress(address)
	case kind == "tcp":
		return parseTCPAddress(rest)
	case kind == "unix" && strings.HasPrefix(rest, "/"):
		return engineAddress{rest, overUnix}, nil
	case kind == "unix":
		return engineAddress{}, fmt.Errorf("%q: a unix socket is an absolute path, unix:///run/nvidia-dcgm.sock", address)
	case kind == "vsock" && rest != "":
		return engineAddress{address, overVsock}, nil
	default:
		return engineAddress{}, fmt.Errorf("%q: a host engine is unix:///path, host:port or vsock://cid:port", address)
	}
}

func parseTCPAddress(address string) (engineAddress, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || port == "" {
		return engineAddress{}, fmt.Errorf("%q: a host engine over TCP is host:port", address)
	}
	return engineAddress{address, overTCP}, nil
}
