package netstamp

import (
	"net"
	"testing"
)

// A connection that is not TCP comes back as it is, and has no stamps.
func TestStampLeavesOtherConnectionsAlone(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if c := Stamp(a); c != a {
		t.Errorf("a pipe became %T", c)
	}
	if s := Of(a); s != nil {
		t.Errorf("a pipe has %T", s)
	}
}
