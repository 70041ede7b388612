// Package discovery reads the lists of targets that other programs write, in the form of Prometheus' file_sd and
// http_sd:
//
//	[{"targets": ["10.0.0.1:8000", "http://vllm-1:8000/v1"], "labels": {"model": "kimi", "team": "agents"}}]
//
// Whoever writes such a list is not trusted with more than it needs: a list has bounds in everything that it makes us
// keep, and it is taken whole or not at all. An empty list must say so, as `[]`. The package does not know what a label
// means, and it keeps no list: internal/config makes targets of one.
package discovery

import (
	"context"
	"time"
)

// Entry is one target of a list.
type Entry struct {
	Place   Place
	Address string            // host:port or a URL
	Labels  map[string]string // shared by the entries of a group: not to be changed
}

// Place is where a list has something, for messages.
type Place struct {
	List string // a file, or a URL without its secrets
	Line int    // 0 where lists have no lines
	Path string // [2].targets[0]
}

// Source is what can be asked for a list.
type Source interface {
	// Read returns the list as it is now. An error says nothing about the targets: the list before it stays right.
	Read(ctx context.Context) ([]Entry, error)
	// Interval is how often to read it.
	Interval() time.Duration
}
