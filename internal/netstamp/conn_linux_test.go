//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package netstamp

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pair is a stamped connection and its peer, whose socket buffer for received bytes is small.
func pair(tb testing.TB) (stamped, peer net.Conn) {
	tb.Helper()
	listen := net.ListenConfig{Control: smallReadBuffer}
	l, err := listen.Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	c, err := new(net.Dialer).DialContext(tb.Context(), "tcp", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	if peer, err = l.Accept(); err != nil {
		tb.Fatal(err)
	}
	stamped = Stamp(c)
	tb.Cleanup(func() { _ = stamped.Close(); _ = peer.Close() })
	return stamped, peer
}

const readBuffer = 16 << 10

// smallReadBuffer sets the buffer before the handshake, which announces it to the other side.
func smallReadBuffer(_, _ string, c syscall.RawConn) (err error) {
	return errors.Join(c.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, readBuffer)
	}), err)
}

// stampable repeats an attempt: the kernel begins to stamp some time after the first socket asks, and
// stops when the last one has closed.
func stampable(t *testing.T, c, peer net.Conn) {
	t.Helper()
	one := make([]byte, 1)
	for range 10_000 {
		if _, err := peer.Write(one); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, one); err != nil {
			t.Fatal(err)
		}
		if r, ok := Of(c).Receipt(); ok && r.Kernel {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("the kernel stamps nothing")
}

// What lay in the kernel before it was read is stamped when it came, not when it was read.
func TestReceiptIsTheKernels(t *testing.T) {
	c, peer := pair(t)
	if _, ok := Of(c).Receipt(); ok {
		t.Error("a receipt before the first byte")
	}
	stampable(t, c, peer)
	before := time.Now()
	if _, err := peer.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	after := time.Now()
	time.Sleep(20 * time.Millisecond) // longer than anything that is asserted to be shorter
	if _, err := c.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	r, ok := Of(c).Receipt()
	read := time.Now()
	if !ok || !r.Kernel || r.At.Before(before) || r.At.After(after) {
		t.Errorf("received %v after the write began, which took %v; kernel %v",
			r.At.Sub(before), after.Sub(before), r.Kernel)
	}
	if r.Lag < 20*time.Millisecond || r.Lag > read.Sub(r.At) {
		t.Errorf("lag %v, want 20ms or more", r.Lag)
	}
}

func TestReceiptNeverBeforeTheRequest(t *testing.T) {
	c, peer := pair(t)
	stampable(t, c, peer)
	if _, err := peer.Write([]byte("early")); err != nil { // as a reset clock would make it look
		t.Fatal(err)
	}
	asked := time.Now()
	if _, err := c.Write([]byte("request")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	if r, _ := Of(c).Receipt(); r.At.Before(asked) {
		t.Errorf("received %v before the request", asked.Sub(r.At))
	}
}

func TestEndOfStreamAndErrors(t *testing.T) {
	c, peer := pair(t)
	if err := c.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	_, err := c.Read(make([]byte, 1))
	var op *net.OpError
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &op) || op.Op != "read" {
		t.Errorf("deadline: %v", err)
	}
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(nil); n != 0 || err != nil {
		t.Errorf("empty read: %d, %v", n, err)
	}
	if err := peer.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("end: %d, %v", n, err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "raw") {
		t.Errorf("closed: %v", err)
	}
	if _, ok := Of(c).Delivery(); ok {
		t.Error("a closed connection tells what is delivered")
	}
}

func TestLimitReads(t *testing.T) {
	const limit = 2 << 10
	c, peer := pair(t)
	stampable(t, c, peer)
	before, _ := Of(c).Receipt()
	if _, err := peer.Write(make([]byte, 2*limit+100)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 8*limit)
	Of(c).LimitReads(limit)
	if n, err := c.Read(buf); n != limit || err != nil {
		t.Errorf("limited: %d bytes, %v", n, err)
	}
	if r, _ := Of(c).Receipt(); !r.Full || r.Serial != before.Serial+1 {
		t.Errorf("a read that filled its buffer: %+v", r)
	}
	Of(c).LimitReads(0)
	if n, err := c.Read(buf); n != limit+100 || err != nil {
		t.Errorf("unlimited: %d bytes, %v", n, err)
	}
	if r, _ := Of(c).Receipt(); r.Full || r.Serial != before.Serial+2 {
		t.Errorf("a read that left room: %+v", r)
	}
}

// fill writes until the socket takes no more, without waiting for anything, and returns how much went
// in: more than the peer's buffer can hold, so that some of it must still be unacknowledged.
func fill(t *testing.T, c net.Conn) int {
	t.Helper()
	tcp, ok := c.(*stampedConn).Conn.(*net.TCPConn)
	if !ok {
		t.Fatal("no TCP connection")
	}
	if err := tcp.SetWriteBuffer(64 * readBuffer); err != nil {
		t.Fatal(err)
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	sent, part := 0, make([]byte, readBuffer)
	var full error
	err = raw.Control(func(fd uintptr) {
		for full == nil {
			var n int
			n, full = unix.Write(int(fd), part)
			sent += max(n, 0)
		}
	})
	if err != nil || !errors.Is(full, unix.EAGAIN) || sent < 4*readBuffer {
		t.Fatalf("%d bytes, %v, %v", sent, full, err)
	}
	return sent
}

func TestDelivery(t *testing.T) {
	c, peer := pair(t)
	if d, ok := Of(c).Delivery(); !ok || !d.Whole || d.Retransmitted != 0 {
		t.Errorf("nothing was sent: %+v, %v", d, ok)
	}
	sent := fill(t, c)
	if d, ok := Of(c).Delivery(); !ok || d.Whole {
		t.Errorf("nothing was read: %+v, %v", d, ok)
	}
	if _, err := io.CopyN(io.Discard, peer, int64(sent)); err != nil {
		t.Fatal(err)
	}
	for d, ok := (Delivery{}), true; !d.Whole; d, ok = Of(c).Delivery() {
		if !ok {
			t.Fatal("unknown")
		}
		time.Sleep(time.Millisecond) // an acknowledgement may be delayed
	}
}

// A read, its stamp and its receipt allocate nothing, and neither does a question for the delivery.
func TestStampedReadAllocates(t *testing.T) {
	c, peer := pair(t)
	buf, event := make([]byte, 4096), []byte("data: {}\n\n")
	stamped := Of(c)
	allocs := testing.AllocsPerRun(500, func() {
		if _, err := peer.Write(event); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(buf); err != nil {
			t.Fatal(err)
		}
		if _, ok := Of(c).Receipt(); !ok {
			t.Fatal("no receipt")
		}
		if _, ok := stamped.Delivery(); !ok {
			t.Fatal("no delivery")
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations per read", allocs)
	}
}
