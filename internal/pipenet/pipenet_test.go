package pipenet

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
)

// What a client writes, the server reads; nobody waits for a listener that has gone, or longer than its context.
func TestNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		go func() {
			c, err := n.DialContext(t.Context(), "tcp", n.Addr().String())
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(c, "hello")
			_ = c.Close()
		}()
		server, err := n.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(server); err != nil || string(text) != "hello" {
			t.Errorf("%q, %v", text, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := n.DialContext(ctx, "tcp", ""); !errors.Is(err, context.Canceled) {
			t.Errorf("a context that has ended: %v", err)
		}
		_, _ = n.Close(), n.Close()
		if _, err := n.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a closed listener accepts: %v", err)
		}
		if _, err := n.DialContext(t.Context(), "tcp", ""); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a closed listener is dialled: %v", err)
		}
	})
}
