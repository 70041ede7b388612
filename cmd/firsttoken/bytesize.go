package main

import (
	"fmt"
	"strconv"
	"strings"
)

// byteSize is a number of bytes, written as Prometheus' flags do: 512KB, 100MB, 1GB, each unit 1,024
// times the one before.
type byteSize int64

// unit is 1 << shift bytes.
type unit struct {
	name  string
	shift uint
}

// units go from the largest to the smallest; the last one ends every other's name too.
func units() []unit { return []unit{{"GB", 30}, {"MB", 20}, {"KB", 10}, {"B", 0}} }

// UnmarshalText reads a size from the environment.
func (b *byteSize) UnmarshalText(text []byte) error { return b.Set(string(text)) }

// Set reads a size from a flag.
func (b *byteSize) Set(s string) error {
	for _, u := range units() {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 || n > 1<<62>>u.shift {
			break
		}
		*b = byteSize(n << u.shift)
		return nil
	}
	return fmt.Errorf("%q is not a size such as 100MB", s)
}

func (b byteSize) String() string {
	for _, u := range units() {
		if b != 0 && b%(1<<u.shift) == 0 {
			return fmt.Sprintf("%d%s", b>>u.shift, u.name)
		}
	}
	return "0B"
}
