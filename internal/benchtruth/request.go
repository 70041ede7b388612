//go:build linux

package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

// receipt is what the responder knows of a request with a large body. Instants are the kernel's receive timestamps, in
// nanoseconds of CLOCK_MONOTONIC; 0 where the kernel gave none.
type receipt struct {
	Begin int64 // its first bytes; later than true by the time that this process took to wake, if more came meanwhile
	End   int64 // its last bytes
	Bytes int64 // of the body
}

// requestReader reads the requests of one connection.
//
//	Peek ── first read: one byte ── Begin ── body … last read ── End
type requestReader struct {
	responder *responder
	stamped   netstamp.Conn // nil where requests are small
	in        *bufio.Reader
}

func (r *responder) reader(conn net.Conn) *requestReader {
	if !r.plan.large() {
		return &requestReader{responder: r, in: bufio.NewReader(conn)}
	}
	conn = netstamp.Stamp(conn)
	return &requestReader{responder: r, stamped: netstamp.Of(conn), in: bufio.NewReaderSize(conn, 64<<10)}
}

// askForStamps makes the kernel begin to stamp, which takes it some time, before the first request comes.
func askForStamps(_, _ string, c syscall.RawConn) error {
	var refused error
	err := c.Control(func(fd uintptr) {
		refused = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	})
	return errors.Join(err, refused)
}

// next reads a request to its end, and returns its id.
func (r *requestReader) next() (id string, got receipt, err error) {
	r.limit(1) // a read has one stamp for all its bytes, that of the newest
	if _, err := r.in.Peek(1); err != nil {
		return "", got, err
	}
	got.Begin = r.stamp()
	r.limit(0)
	req, err := http.ReadRequest(r.in)
	if err != nil {
		return "", got, err
	}
	got.Bytes, err = io.Copy(r.responder.sink(), req.Body)
	got.End = r.stamp()
	return req.Header.Get("X-Request-Id"), got, err
}

func (r *requestReader) limit(n int) {
	if r.stamped != nil {
		r.stamped.LimitReads(n)
	}
}

// stamp is the kernel's timestamp of the newest bytes, 0 if it gave none.
func (r *requestReader) stamp() int64 {
	if r.stamped == nil {
		return 0
	}
	got, _ := r.stamped.Receipt()
	if !got.Kernel {
		return 0
	}
	return r.responder.clock.nanoseconds(got.At)
}

// sink is where a body goes: one from the middle of the run into memory if the plan wants to keep it, all others
// nowhere. The first of a daemon is small.
func (r *responder) sink() io.Writer {
	if r.plan.Keep != "" && int(r.requests.Add(1)) == r.plan.Streams/2+2 {
		return &r.kept
	}
	return io.Discard
}

// keep writes that body to the file of the plan.
func (r *responder) keep() error {
	if r.plan.Keep == "" {
		return nil
	}
	return os.WriteFile(r.plan.Keep, r.kept.Bytes(), 0o600)
}

// body is what the clients that speak no HTTP of their own send.
func (p plan) body() ([]byte, error) {
	if p.Body == "" {
		return []byte(`{"model":"m","stream":true,"messages":[{"role":"user","content":"ping"}]}`), nil
	}
	return os.ReadFile(p.Body)
}
