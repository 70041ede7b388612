//go:build !linux

// Command benchtruth needs Linux, for epoll and for the kernel's receive timestamps.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "benchtruth: needs Linux")
	os.Exit(1)
}
