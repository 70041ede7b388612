package chat

import (
	"io"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

// source yields received bytes and when the newest of them came.
type source interface {
	receive(p []byte) (n int, got netstamp.Receipt, err error)
}

// stampedBody is a response's body. The instant is the kernel's where the connection has stamps, else that
// at which Read returns, before anything is parsed. net/http and crypto/tls read ahead into buffers: bytes
// that come out of them are as old as the newest read of the connection, or older.
type stampedBody struct {
	io.Reader
	conn netstamp.Conn // nil if the connection has no stamps
}

func (b stampedBody) receive(p []byte) (int, netstamp.Receipt, error) {
	n, err := b.Read(p)
	if b.conn != nil {
		if r, ok := b.conn.Receipt(); ok {
			return n, r, err
		}
	}
	return n, netstamp.Receipt{At: time.Now()}, err
}
