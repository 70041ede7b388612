package slo

import (
	"sync"
	"time"
)

// Grace is how long after a TTFT threshold a Judge still waits for news of a first token before it
// calls the event bad. It covers what a token that was received in time still needs to be seen (the
// encoding of the request, reading, a busy processor) and, on a new connection, a set-up of ordinary
// length, which does not count as time to first token.
const Grace = 250 * time.Millisecond

// Completion is all that a Judge has to know of an exchange that has ended.
type Completion struct {
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

// Judge judges one exchange against each objective of its target, each at most once and as soon as
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
type Judge struct {
	target     string
	objectives map[Name]Objective
	sent       time.Time
	mu         sync.Mutex
	open       bool // the ttft verdict is still to come
	seen       bool // a first token has come, too late to be good at once
}

// NewJudge is for an exchange that is about to be sent. The objectives are only read.
func NewJudge(target string, objectives map[Name]Objective, sent time.Time, steady bool) *Judge {
	j := &Judge{target: target, objectives: objectives, sent: sent}
	if !steady {
		j.objectives = nil
		if o, ok := objectives[Availability]; ok {
			j.objectives = map[Name]Objective{Availability: o}
		}
	}
	_, j.open = j.objectives[TTFT]
	return j
}

// FirstToken is told when the first token was received; a verdict is returned if that makes it good.
func (j *Judge) FirstToken(at time.Time) (Verdict, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.open || j.seen {
		return Verdict{}, false
	}
	j.seen = true
	if at.After(j.threshold()) {
		return Verdict{}, false
	}
	j.open = false
	return j.verdict(TTFT, false, at), true
}

// Deadline is when to call Expire; false when there is nothing to wait for.
func (j *Judge) Deadline() (time.Time, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.threshold().Add(Grace), j.open && !j.seen
}

// Expire returns the verdict on a first token that has not come by the deadline.
func (j *Judge) Expire(now time.Time) (Verdict, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.open || j.seen || now.Before(j.threshold().Add(Grace)) {
		return Verdict{}, false
	}
	j.open = false
	return j.verdict(TTFT, true, j.threshold()), true
}

// Finish appends to out the verdicts that were still to come.
func (j *Judge) Finish(e Completion, out []Verdict) []Verdict {
	if e.Cancelled {
		return out
	}
	if v, ok := j.finishTTFT(e); ok {
		out = append(out, v)
	}
	if o, ok := j.objectives[TPS]; ok && (e.Failed || e.HasTPS) {
		out = append(out, j.verdict(TPS, e.Failed || e.TPS < o.Threshold, e.At))
	}
	if _, ok := j.objectives[Availability]; ok {
		out = append(out, j.verdict(Availability, e.Failed, e.At))
	}
	if _, ok := j.objectives[Recall]; ok && e.Asked && !e.Failed {
		out = append(out, j.verdict(Recall, e.Wrong, e.At))
	}
	return out
}

func (j *Judge) finishTTFT(e Completion) (Verdict, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.open {
		return Verdict{}, false
	}
	j.open = false
	limit := j.threshold().Sub(j.sent)
	if e.HasTTFT && e.TTFT <= limit {
		return j.verdict(TTFT, false, e.At), true
	}
	at := e.At
	if late := j.threshold(); late.Before(at) {
		at = late
	}
	return j.verdict(TTFT, true, at), true
}

func (j *Judge) threshold() time.Time {
	return j.sent.Add(time.Duration(j.objectives[TTFT].Threshold * float64(time.Second)))
}

func (j *Judge) verdict(n Name, bad bool, at time.Time) Verdict {
	return Verdict{Target: j.target, SLO: n, Bad: bad, At: at}
}
