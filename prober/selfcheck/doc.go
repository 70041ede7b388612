// Package selfcheck measures the error of this process's own measurements, and decides whether its
// numbers can be believed at the moment.
//
//	             ┌─ client ── loopback ── responder ┐
//	Check.Run ───┤  TTFT as any target's            ├─► Sample: their difference ─┐
//	             └─ delay as the responder knows it ┘                             ├─► Trust ─► yes or no
//	prober.Result: schedule lag, receive lag ─────────────────────────────────────┘
//
// It knows nothing of targets, their series or their alerts, and its probes are never counted among
// theirs.
package selfcheck
