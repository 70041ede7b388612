package main

import (
	"log/slog"

	"github.com/firsttoken/firsttoken/prober"
)

const (
	// ownDescriptors are for the listeners, the ledger, the results file, the self-check, and reading files.
	ownDescriptors = 32
	// webConnections is how many connections the pages serve where descriptors are plenty.
	webConnections = 256
	// fewestConnections leaves room for two scrapers and a person.
	fewestConnections = 8
)

// webLimit is how many connections the pages may have out of so many file descriptors: half of what neither probing
// nor the process itself needs. No limit is 0 descriptors.
func webLimit(descriptors, probing uint64) int {
	if descriptors == 0 {
		return webConnections
	}
	taken := min(descriptors, ownDescriptors+probing)
	return int(min(max((descriptors-taken)/2, fewestConnections), webConnections))
}

// neededDescriptors is what the targets need at most: for each request in flight a connection, and one that idles
// because its answer has just ended.
func neededDescriptors(targets []prober.Target) uint64 {
	var n uint64
	for _, t := range targets {
		n += 2 * uint64(max(t.Load.MaxInFlight, 1))
	}
	return n
}

// warnOfDescriptors warns when the process may run out of file descriptors. Go has raised the soft limit to the
// hard one already.
func warnOfDescriptors(log *slog.Logger, targets []prober.Target, limit uint64) {
	need := neededDescriptors(targets) + ownDescriptors + fewestConnections
	if limit == 0 || need <= limit {
		return
	}
	log.Warn("too few file descriptors for the targets: requests may fail with outcome local",
		"limit", limit, "needed", need, "remedy", "raise ulimit -n, or LimitNOFILE of the systemd unit")
}
