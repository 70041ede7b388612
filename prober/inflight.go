package prober

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// inflight is a request whose exchange has not ended.
type inflight struct {
	target   string
	state    *sessionState
	session  *workload.Session // the one whose turn it is; state may already hold its successor
	turn     workload.Turn
	ticket   *ticket // nil without a budget
	request  chat.Request
	due      time.Time // t0
	sent     time.Time // when the Sender got it, which stamps t1
	judge    *slo.Judge
	observer Observer
	exchange chat.Exchange // once it has ended
	answered atomic.Bool   // it had its first token
	excused  bool          // a pause began while it was in flight
	// tokenSeen is told when the first token was received.
	tokenSeen func(time.Time)
}

// send takes the session's next turn and sends it on a goroutine of its own.
func (l *loop) send(ctx context.Context, s *sessionState, t *ticket, due, now time.Time) {
	turn, request, session := l.pool.draw(s, now)
	request.ID = newRequestID(l.random.Uint64)
	q := &inflight{
		target: l.target.Name, state: s, session: session, turn: turn, ticket: t,
		request: request, due: due, sent: now,
		judge:    slo.NewJudge(l.target.Name, l.target.SLOs, now, steady(turn)),
		observer: l.observer, tokenSeen: l.tokenSeen,
	}
	l.inflight = append(l.inflight, q)
	l.launch(ctx, q)
}

// launch sends the request on a goroutine of its own.
func (l *loop) launch(ctx context.Context, q *inflight) {
	l.observer.Observe(Sent{Target: q.target, ID: q.request.ID, Tokens: q.turn.Tokens, At: q.sent, Resident: l.resident()})
	go func() {
		q.exchange = l.sender.Send(ctx, &q.request, q.first)
		l.finished <- q // never blocks: it has room for Load.MaxInFlight
	}()
}

// newRequestID draws 32 hexadecimal digits, which also make a W3C trace id.
func newRequestID(random func() uint64) string {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], random())
	binary.LittleEndian.PutUint64(b[8:], random())
	return hex.EncodeToString(b[:])
}

// first runs on the goroutine of the exchange, as soon as the first token is read.
func (q *inflight) first(at time.Time) {
	q.answered.Store(true)
	q.observer.Observe(FirstToken{Target: q.target, ID: q.request.ID, At: at})
	if v, ok := q.judge.FirstToken(at); ok {
		q.observer.Observe(Judged{v})
	}
	q.tokenSeen(at)
}

func (q *inflight) expire(now time.Time) {
	if v, ok := q.judge.Expire(now); ok {
		q.observer.Observe(Judged{v})
	}
}

// result assembles the Result of an exchange that ended at now or before, and appends to buffer the
// verdicts that waited for its end.
func (q *inflight) result(now time.Time, buffer []slo.Verdict) (Result, []slo.Verdict) {
	r := Result{Target: q.target, Turn: q.turn, Scheduled: q.due, Exchange: q.exchange}
	r.ID = q.request.ID
	if r.End.IsZero() {
		r.End = now
	}
	verdicts := q.judge.Finish(r.completion(), buffer)
	r.Missed = q.judge.Missed()
	return r, verdicts
}

// finish takes in an exchange that has ended.
func (l *loop) finish(q *inflight, now time.Time) {
	l.inflight = slices.DeleteFunc(l.inflight, func(other *inflight) bool { return other == q })
	var buffer [4]slo.Verdict
	r, verdicts := q.result(now, buffer[:0])
	probe := q == l.recovery.probe
	if probe {
		l.recovery.probe = nil
	} else {
		l.pool.settle(q.state, q.session, r)
		l.pool.shrink(len(l.inflight))
	}
	r.Untrusted = l.trust != nil && !l.trust.Judge(r, now)
	l.learn(r)
	r.TokensPerWord, r.CalibrationBounded = l.pool.cal.TokensPerWord()
	r.ResidentTokens = l.resident()
	l.settleBudget(q, r, now)
	l.observer.Observe(r)
	for _, v := range verdicts {
		v.Doubted = r.Untrusted && v.SLO.Timed()
		l.observer.Observe(Judged{v})
	}
	l.unused.ended(q, r)
	l.report(r, now)
	l.slow(q, r, now, probe)
}

// slow adapts the load to the way in which an exchange ended.
func (l *loop) slow(q *inflight, r Result, now time.Time, probe bool) {
	switch {
	case r.Outcome == chat.Throttled:
		before := l.backoff.since
		changed := l.backoff.throttled(now, q.sent, r.RateLimit.RetryAfter)
		l.saveBackoff()
		if (changed || l.backoff.since != before) && !l.ended {
			l.rateChanged()
		}
	case probe && !r.FirstToken.IsZero():
		l.failing.sign(now)
	case probe, q.excused:
	case r.Outcome == chat.OK:
		l.failing.answered(now)
	case r.Outcome.SlowsLoad():
		l.failing.failed(q.sent)
	case !r.Outcome.Excused():
		l.failing.unanswered(q.sent)
	}
}

// learn corrects the expected size of later prompts by the server's count of this one, or by its refusal: a prompt that
// did not fit has more tokens than were expected, or the window is smaller than was configured.
func (l *loop) learn(r Result) {
	if r.Cause == chat.CauseContextOverflow {
		l.learnOverflow(r.Turn)
		return
	}
	l.pool.learn(r)
}

func (l *loop) learnOverflow(t workload.Turn) {
	shape := &l.target.Workload
	if shape.Window > 0 && !l.foundWindow {
		l.pool.cal.LearnOverflow(t.Words, t.Messages, shape.Window-t.MaxTokens)
		return
	}
	// The window is not known, but less than this: a little less each time, until prompts fit. One that was drawn before
	// the last refusal says nothing new.
	window := int(0.95 * float64(t.Tokens+int64(t.MaxTokens)))
	if l.foundWindow && window >= shape.Window {
		return
	}
	l.foundWindow = true
	*shape = shape.Fit(workload.Shape{Window: window})
	l.log.Warn("prompts do not fit into the model's window: they are kept smaller from now on",
		"target", l.target.Name, "window", shape.Window)
}

// report logs an exchange: each for those who look closely, failures for all.
func (l *loop) report(r Result, now time.Time) {
	l.log.LogAttrs(context.Background(), slog.LevelDebug, "turn", slog.String("target", r.Target),
		slog.String("outcome", string(r.Outcome)), slog.String("err", errorText(r.Err)), slog.String("request_id", r.ID))
	switch r.Outcome {
	case chat.OK:
		l.failures.succeeded(now)
	case chat.Cancelled:
	default:
		l.failures.failed(r, now)
	}
}
