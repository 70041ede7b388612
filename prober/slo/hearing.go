package slo

import (
	"sync"
	"time"
)

// Grace is how long after a TTFT threshold a Hearing still waits for news of a first token before it
// calls the event bad. It covers what a token that was received in time still needs to be seen (the
// encoding of the request, reading, a busy processor) and, on a new connection, a set-up of ordinary
// length, which does not count as time to first token.
const Grace = 250 * time.Millisecond

// Ending is all that a Hearing has to know of an exchange that has ended.
type Ending struct {
	At        time.Time // end of the exchange
	Failed    bool      // any outcome but ok
	Cancelled bool      // by the prober itself: no event at all
	TTFT      time.Duration
	HasTTFT   bool
	TPS       float64
	HasTPS    bool // false for an answer too short to have a rate
	Asked     bool // for something deep in the context, and answered
	Wrong     bool // the answer, if asked
}

// Hearing judges one exchange against each objective of its target, each at most once and as soon as
// the verdict is known:
//
//	sent           threshold      + Grace                       end
//	├──────────────────┼─────────────┼─ ── ── ── ── ── ── ── ── ──┤
//	  first token here:  here: judged  here: was bad already, at    tps, availability, recall
//	  good, at once      exactly, at   the threshold: final
//	                     the end
//
// A hang is thus bad a moment after its threshold, not when its timeout ends it. A verdict is
// final: a stream that breaks after a first token in time is bad for tps and availability, not for
// ttft, and a first token that comes after the grace in spite of a quick server, because setting
// up its connection took longer than that, stays bad: its user waited too.
//
// A bootstrap turn (steady is false) is no event for ttft and tps, since no user sends a whole
// history at once, but it is one for availability. Safe for concurrent use.
type Hearing struct {
	target     string
	objectives map[Name]Objective
	sent       time.Time
	mu         sync.Mutex
	open       bool // the ttft verdict is still to come
	seen       bool // a first token has come, too late to be good at once
}

// NewHearing is for an exchange that is about to be sent. The objectives are only read.
func NewHearing(target string, objectives map[Name]Objective, sent time.Time, steady bool) *Hearing {
	h := &Hearing{target: target, objectives: objectives, sent: sent}
	if !steady {
		h.objectives = nil
		if o, ok := objectives[Availability]; ok {
			h.objectives = map[Name]Objective{Availability: o}
		}
	}
	_, h.open = h.objectives[TTFT]
	return h
}

// FirstToken is told when the first token was received; a verdict is returned if that makes it good.
func (h *Hearing) FirstToken(at time.Time) (Verdict, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.open || h.seen {
		return Verdict{}, false
	}
	h.seen = true
	if at.After(h.threshold()) {
		return Verdict{}, false
	}
	h.open = false
	return h.verdict(TTFT, false, at), true
}

// Deadline is when to call Expire; false when there is nothing to wait for.
func (h *Hearing) Deadline() (time.Time, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.threshold().Add(Grace), h.open && !h.seen
}

// Expire returns the verdict on a first token that has not come by the deadline.
func (h *Hearing) Expire(now time.Time) (Verdict, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.open || h.seen || now.Before(h.threshold().Add(Grace)) {
		return Verdict{}, false
	}
	h.open = false
	return h.verdict(TTFT, true, h.threshold()), true
}

// Finish appends to out the verdicts that were still to come.
func (h *Hearing) Finish(e Ending, out []Verdict) []Verdict {
	if e.Cancelled {
		return out
	}
	if v, ok := h.finishTTFT(e); ok {
		out = append(out, v)
	}
	if o, ok := h.objectives[TPS]; ok && (e.Failed || e.HasTPS) {
		out = append(out, h.verdict(TPS, e.Failed || e.TPS < o.Threshold, e.At))
	}
	if _, ok := h.objectives[Availability]; ok {
		out = append(out, h.verdict(Availability, e.Failed, e.At))
	}
	if _, ok := h.objectives[Recall]; ok && e.Asked && !e.Failed {
		out = append(out, h.verdict(Recall, e.Wrong, e.At))
	}
	return out
}

func (h *Hearing) finishTTFT(e Ending) (Verdict, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.open {
		return Verdict{}, false
	}
	h.open = false
	limit := h.threshold().Sub(h.sent)
	if e.HasTTFT && e.TTFT <= limit {
		return h.verdict(TTFT, false, e.At), true
	}
	at := e.At
	if late := h.threshold(); late.Before(at) {
		at = late
	}
	return h.verdict(TTFT, true, at), true
}

func (h *Hearing) threshold() time.Time {
	return h.sent.Add(time.Duration(h.objectives[TTFT].Threshold * float64(time.Second)))
}

func (h *Hearing) verdict(n Name, bad bool, at time.Time) Verdict {
	return Verdict{Target: h.target, SLO: n, Bad: bad, At: at}
}
