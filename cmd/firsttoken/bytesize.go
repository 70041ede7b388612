package main

import (
	"fmt"

	"github.com/alecthomas/units"
)

// byteSize is a number of bytes, written as Prometheus' flags write it: 512KB, 100MB, 1GB, each unit
// 1,024 times the one before.
type byteSize int64

// maxByteSize leaves room to round a size up without overflow.
const maxByteSize = 1 << 62

// UnmarshalText reads a size from the environment.
func (b *byteSize) UnmarshalText(text []byte) error { return b.Set(string(text)) }

// Set reads a size from a flag.
func (b *byteSize) Set(s string) error {
	n, err := units.ParseBase2Bytes(s)
	if err != nil || n < 0 || n > maxByteSize {
		return fmt.Errorf("%q is not a size such as 100MB", s)
	}
	*b = byteSize(n)
	return nil
}

func (b byteSize) String() string { return units.ToString(int64(b), 1024, "B", "B") }
