package slo

import (
	"slices"
	"sync"
	"time"
)

// Grace is how long after a TTFT threshold a Judge waits for a first token before it calls the event
// bad. It covers what lies between receiving a token in time and reading it (a busy processor) and,
// on a new connection, a set-up of ordinary length, which does not count as time to first token.
const Grace = 250 * time.Millisecond

// Completion is what a Judge needs to know of an exchange that has ended.
type Completion struct {
	At      time.Time // end of the exchange
	Failed  bool      // any outcome but ok
	Excused bool      // the endpoint is not to blame: no event of any objective that is still open
	TTFT    time.Duration
	HasTTFT bool
	TPS     float64
	HasTPS  bool // false for an answer too short to have a rate
	// EstimatedTPS says that TPS was taken from events, as the server counted no tokens.
	EstimatedTPS bool
	NotStreamed  bool // the answer came at once, which is bad for tps
	Asked        bool // the prompt asked for something deep in the context, and there was an answer
	Wrong        bool // the answer, if Asked
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
// So a hang is bad a moment after its threshold, not when its timeout ends it. A verdict is final.
// A stream that breaks after a first token in time is bad for tps and availability, not for ttft. A
// first token that comes after the grace, from a quick server on a connection that was slow to set
// up, stays bad: its user waited too.
//
// A bootstrap turn (steady is false) is no event for ttft and tps, since no user sends a whole
// history at once, but it is one for availability. Safe for concurrent use.
type Judge struct {
	target     string
	objectives map[Name]Objective
	sent       time.Time

	mu     sync.Mutex
	open   bool // the ttft verdict is still to come
	seen   bool // a first token came during the grace: the end decides
	missed []Name
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

// FirstToken takes the instant at which the first token was received, and returns a verdict unless
// the end decides.
func (j *Judge) FirstToken(at time.Time) (Verdict, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case !j.open || j.seen:
		return Verdict{}, false
	case !at.After(j.threshold()):
		return j.decideTTFT(false, at), true
	case at.After(j.deadline()): // Expire was not called in time
		return j.decideTTFT(true, j.threshold()), true
	}
	j.seen = true
	return Verdict{}, false
}

// Deadline is when to call Expire; false when there is nothing to wait for.
func (j *Judge) Deadline() (time.Time, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.deadline(), j.open && !j.seen
}

// Expire returns the verdict on a first token that has not come by the deadline.
func (j *Judge) Expire(now time.Time) (Verdict, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.open || j.seen || now.Before(j.deadline()) {
		return Verdict{}, false
	}
	return j.decideTTFT(true, j.threshold()), true
}

// Finish appends to out the verdicts that were still to come.
func (j *Judge) Finish(c Completion, out []Verdict) []Verdict {
	j.mu.Lock()
	defer j.mu.Unlock()
	if c.Excused {
		return out
	}
	if j.open {
		out = append(out, j.finishTTFT(c))
	}
	if o, ok := j.objectives[TPS]; ok && (c.Failed || c.NotStreamed || c.HasTPS) {
		v := j.verdict(TPS, c.Failed || c.NotStreamed || c.TPS < o.Threshold, c.At)
		v.Estimated = c.EstimatedTPS && !c.Failed && !c.NotStreamed
		out = append(out, v)
	}
	if _, ok := j.objectives[Availability]; ok {
		out = append(out, j.verdict(Availability, c.Failed, c.At))
	}
	if _, ok := j.objectives[Recall]; ok && c.Asked && !c.Failed {
		out = append(out, j.verdict(Recall, c.Wrong, c.At))
	}
	return out
}

// Withdraw ends the judging: there is no further verdict. What has been judged stays.
func (j *Judge) Withdraw() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.open, j.objectives = false, nil
}

// Missed lists the objectives of which the exchange has been a bad event so far.
func (j *Judge) Missed() []Name {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.missed)
}

func (j *Judge) finishTTFT(c Completion) Verdict {
	if c.HasTTFT && c.TTFT <= j.threshold().Sub(j.sent) {
		return j.decideTTFT(false, c.At)
	}
	at := c.At
	if late := j.threshold(); late.Before(at) {
		at = late
	}
	return j.decideTTFT(true, at)
}

// decideTTFT makes the one ttft verdict. The caller holds the lock, as that of verdict does.
func (j *Judge) decideTTFT(bad bool, at time.Time) Verdict {
	j.open = false
	return j.verdict(TTFT, bad, at)
}

func (j *Judge) verdict(n Name, bad bool, at time.Time) Verdict {
	if bad {
		j.missed = append(j.missed, n)
	}
	return Verdict{Target: j.target, SLO: n, Bad: bad, At: at}
}

func (j *Judge) threshold() time.Time {
	return j.sent.Add(time.Duration(j.objectives[TTFT].Threshold * float64(time.Second)))
}

func (j *Judge) deadline() time.Time { return j.threshold().Add(Grace) }
