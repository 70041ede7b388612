// Package selfcheck measures the measuring: how far this process's numbers are off, and whether they
// can be believed just now.
//
//	             ┌─ client ── loopback ── responder ┐
//	Check.Run ───┤  TTFT as any target's            ├─► Sample: their difference ─┐
//	             └─ delay as the responder knows it ┘                             ├─► Trust ─► yes or no
//	prober.Result: schedule lag, receive lag ─────────────────────────────────────┘
//
// It knows nothing of targets, their series or their alerts: its probes are never among theirs.
package selfcheck
