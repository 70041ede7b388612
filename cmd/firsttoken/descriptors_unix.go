//go:build unix

package main

import "syscall"

// descriptorLimit is how many files this process may have open; 0 is unknown.
func descriptorLimit() uint64 {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return 0
	}
	return uint64(l.Cur) //nolint:unconvert // signed on FreeBSD
}
