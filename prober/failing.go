package prober

import "time"

// failing slows a load whose requests fail one after the other: a queue that no longer answers in time, or a gateway
// without its engine, is not helped by more requests. The set-point stays, and with it the schedule; of its slots only
// every second, fourth, … is used, never fewer than at the sentinel's level:
//
//	failures in a row   0 1 2 │ 3 4 5 │ 6 7 8 │ …
//	of the slots, use     all │  1/2  │  1/4  │ … 1/most
//
// The first good answer ends it at once. The slots that it costs count as bad: unlike a throttled answer, a failed one
// does not ask the prober to wait.
type failing struct {
	most int // slots to one that is used
	row  int // failures in a row
	slot int // since the last that was used
	bad  int // requests in a row that failed by the endpoint's fault, whether that slows the load or not
	good time.Time

	asked time.Time // the last slot that was asked about
	used  bool      // and the answer
}

const failuresPerStep = 3

func newFailing(setPoint float64) failing {
	return failing{most: max(1, int(setPoint/SentinelTPM))}
}

// interval is of how many slots one is used.
func (f *failing) interval() int {
	interval := 1
	for range f.row / failuresPerStep {
		interval = min(2*interval, f.most)
	}
	return interval
}

// use reports whether to use the slot that is due, and counts it. A slot that waits for its budget is asked about
// more than once.
func (f *failing) use(due time.Time) bool {
	if f.asked.Equal(due) {
		return f.used
	}
	f.slot++
	f.asked, f.used = due, f.slot >= f.interval()
	if f.used {
		f.slot = 0
	}
	return f.used
}

// failed takes in a failure of a request that was sent at the given instant. Requests from before the last good answer
// are no news.
func (f *failing) failed(sent time.Time) {
	if sent.After(f.good) {
		f.row++
		f.bad++
	}
}

// unanswered takes in a failure that does not slow the load, such as a refused connection.
func (f *failing) unanswered(sent time.Time) {
	if sent.After(f.good) {
		f.bad++
	}
}

// unsure reports whether the last request failed, so that a recovery probe tells an accident from an outage within
// seconds. A load that is hardly more than the sentinel's stays as small as it is.
func (f *failing) unsure() bool { return f.bad > 0 && f.most > 1 }

// answered takes in a good answer.
func (f *failing) answered(now time.Time) { f.row, f.slot, f.bad, f.good = 0, 0, 0, now }

// sign takes in the first token of a recovery probe. It is small, so full prompts may still fail: one more failure
// slows the load again.
func (f *failing) sign(now time.Time) {
	f.row, f.bad, f.good = min(f.row, failuresPerStep-1), 0, now
}
