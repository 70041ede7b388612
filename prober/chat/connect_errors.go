package chat

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// unanswered is a request that got no response.
func unanswered(x *Exchange, err error) *failure {
	if local := localCause(err); local != "" {
		return &failure{cause: local, text: "this process cannot connect", err: err}
	}
	if x.Connected.IsZero() {
		return &failure{cause: connectCause(err), text: "no connection", err: err}
	}
	return &failure{cause: CauseConnectionLost, text: "connection lost before the response", err: err}
}

// localCause is the cause of an error that is this process's own; empty for any other.
func localCause(err error) Cause {
	switch {
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return CauseFileDescriptors
	case errors.Is(err, syscall.ENOMEM), errors.Is(err, syscall.ENOBUFS), errors.Is(err, syscall.EADDRNOTAVAIL):
		return CauseMemory
	}
	return ""
}

// connectCause sorts the errors of name resolution, TCP, TLS and proxies.
func connectCause(err error) Cause {
	var op *net.OpError
	var name *net.DNSError
	switch {
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return CauseProxy
	case errors.As(err, &name):
		return CauseDNS
	case errors.Is(err, syscall.ECONNREFUSED):
		return CauseConnectRefused
	case isTLS(err):
		return tlsCause(err)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT), isTimeout(err):
		return CauseConnectTimeout
	}
	return CauseConnect
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func isTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &alert) ||
		strings.Contains(err.Error(), "tls: ")
}

func tlsCause(err error) Cause {
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return CauseTLSExpired
	case errors.As(err, &host):
		return CauseTLSName
	case errors.As(err, &authority):
		return CauseTLSUntrusted
	}
	return CauseTLS
}

// closedByPeer reports whether the error means that the peer had closed the connection while it was idle.
func closedByPeer(err error) bool {
	for _, sign := range []error{
		net.ErrClosed, // net/http read the end of the connection, and closed it, while we were writing
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED,
	} {
		if errors.Is(err, sign) {
			return true
		}
	}
	// net/http does not export this one.
	return strings.Contains(err.Error(), "server closed idle connection")
}
