// Package dcgm exports the health and the load of the GPUs behind the probed endpoints, so that a
// slow first token and the throttled GPU that caused it share one time axis. It speaks to NVIDIA DCGM
// host engines through github.com/NVIDIA/go-dcgm, and is the only package that imports it.
//
// The C library keeps one connection per process, cannot be cancelled while it waits (up to a minute),
// and takes its process along when it crashes. So it never runs in the prober. Each host engine has a
// child process, the agent: the same binary under a hidden subcommand, which writes one JSON line per poll.
//
//	prober ──────────────────────────────────────┐   ┌── agent ────────────────────┐
//	Collector ◄─ engineState ◄─ supervisor ◄──pipe── RunAgent ─ libdcgm.so.4 ──────┼─► nv-hostengine
//	  │ a scrape reads the latest snapshot       │   └─────────────────────────────┘
//	  ▼ and waits for nothing                    │   ┌── agent of the next engine ─┐
//	/metrics                                     └───┤ …                           │
//
// An agent that hangs, crashes, is refused or loses its engine costs the series of its own engine and
// nothing else. It is started again with back-off.
//
// The package refuses to know targets and their latency (it learns only which GPUs belong to which target
// name, for the join), how to change a GPU (it only reads), and how to start a host engine.
//
// # What is true of every series
//
// A value is exported only while its DCGM timestamp keeps changing, because the library goes on serving
// its last sample, with status OK, after the driver has stopped answering. After three intervals without a
// new sample the series ends. Blanks and sentinels are absent, never zero. A GPU that is lost loses its
// values and keeps dcgm_gpu_up 0 until the process ends.
//
// Builds without cgo, for another system or with the tag nodcgm lack only the client of the C library:
// a configured host engine is then dcgm_up 0, with one line in the log.
package dcgm
