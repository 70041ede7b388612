//go:build !unix

package main

// descriptorLimit is how many files this process may have open; 0 is unknown.
func descriptorLimit() uint64 { return 0 }
