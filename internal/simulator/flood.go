package simulator

import (
	"bytes"
	"context"
	"net/http"
)

// flood is an incident's endless or very long line in a response.
type flood struct {
	on    bool
	bytes int64 // 0: until the client leaves
}

func floodOf(i *Incident) flood { return flood{on: true, bytes: i.Bytes} }

// floodPiece is the size of one write.
const floodPiece = 64 << 10

// write writes the flood. It stops with an error when the client leaves or the engine closes.
func (f flood) write(ctx context.Context, closing <-chan struct{}, w http.ResponseWriter) error {
	if !f.on {
		return nil
	}
	piece := bytes.Repeat([]byte{'x'}, floodPiece)
	for left := f.bytes; f.bytes == 0 || left > 0; left -= floodPiece {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-closing:
			return ErrClosed
		default:
		}
		n := int64(floodPiece)
		if f.bytes > 0 {
			n = min(n, left)
		}
		if _, err := w.Write(piece[:n]); err != nil {
			return err
		}
	}
	return nil
}
