package prober

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// failureLog logs the failed turns of one target: the first at once, then one line a minute at most, however many fail,
// and one when turns succeed again. A loop owns it.
//
//	turns     ✗ ✗ ✗ … ✗ ✗ ✓ ✓ … ✓ ✓ … ✓
//	minutes   ├─────────┼─────────┼─────────┤
//	lines     first     9 failed  1 failed  succeed again
type failureLog struct {
	log     *slog.Logger
	target  string
	failing bool       // the last line was one of a failure
	at      time.Time  // of the last line
	began   time.Time  // the first failure
	all     int        // failures since then
	last    failedTurn // the newest
	counts  map[failureKind]int
	good    bool // the newest turn succeeded
}

// failureKind is what a summary counts.
type failureKind struct {
	outcome chat.Outcome
	cause   chat.Cause
}

// failedTurn is as much of a result as its line has: the result itself may hold on to a whole response.
type failedTurn struct {
	failureKind
	err, id, remedy string
}

// failureLogEvery is the time between two lines of a target.
const failureLogEvery = time.Minute

// failed takes in a failed turn.
func (f *failureLog) failed(r Result, now time.Time) {
	if f.counts == nil {
		f.counts = map[failureKind]int{}
	}
	if !f.failing {
		f.failing, f.began, f.all = true, now, 0
		f.at = now.Add(-failureLogEvery)
	}
	f.all++
	f.last, f.good = failedTurn{failureKind{r.Outcome, r.Cause}, errorText(r.Err), r.ID, r.Remedy()}, false
	f.counts[f.last.failureKind]++
	f.flush(now)
}

// succeeded takes in a good turn.
func (f *failureLog) succeeded(now time.Time) {
	if f.failing {
		f.good = true
		f.flush(now)
	}
}

// next is when there is a line to write; false for never, unless something happens.
func (f *failureLog) next() (time.Time, bool) {
	return f.at.Add(failureLogEvery), f.failing && (f.good || len(f.counts) > 0)
}

// flush writes the line that is due.
func (f *failureLog) flush(now time.Time) {
	if at, ok := f.next(); ok && !now.Before(at) {
		f.write(now)
	}
}

// stop writes what is left, at the end of a target.
func (f *failureLog) stop(now time.Time) {
	if len(f.counts) > 0 {
		f.write(now)
	}
}

func (f *failureLog) write(now time.Time) {
	n := 0
	for _, count := range f.counts {
		n += count
	}
	last := f.last
	switch n {
	case 0:
		f.log.Info("turns succeed again", "target", f.target, "failed", f.all, "since", f.began)
		f.failing, f.good = false, false
	case 1:
		f.log.Warn("turn failed", "target", f.target, "outcome", last.outcome, "cause", last.cause, "err", last.err,
			"request_id", last.id, "remedy", last.remedy)
	default:
		f.log.Warn("turns failed", "target", f.target, "failed", n, "causes", f.causes(), "since", f.at,
			"last_err", last.err, "last_request_id", last.id, "remedy", last.remedy)
	}
	f.at = now
	clear(f.counts)
}

// causes is "timeout/first_token 12, refused/dns 3": the most frequent first.
func (f *failureLog) causes() string {
	kinds := slices.SortedFunc(maps.Keys(f.counts), func(a, b failureKind) int {
		return cmp.Or(cmp.Compare(f.counts[b], f.counts[a]), cmp.Compare(a.String(), b.String()))
	})
	texts := make([]string, len(kinds))
	for i, k := range kinds {
		texts[i] = fmt.Sprintf("%s %d", k, f.counts[k])
	}
	return strings.Join(texts, ", ")
}

func (k failureKind) String() string {
	return strings.TrimSuffix(string(k.outcome)+"/"+string(k.cause), "/")
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
