package prober

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// inflight is a request whose exchange has not ended.
type inflight struct {
	state    *sessionState
	session  *workload.Session // whose turn it is
	turn     workload.Turn
	request  chat.Request
	due      time.Time // t0
	sent     time.Time // handed to the Sender, which stamps t1
	judge    *slo.Judge
	observer Observer
	exchange chat.Exchange // once landed
}

// send takes the session's next turn and sends it on a goroutine of its own.
func (l *loop) send(ctx context.Context, s *sessionState, due, now time.Time) {
	turn, request, session := l.pool.draw(s, now)
	request.ID = requestID(l.random)
	q := &inflight{
		state: s, session: session, turn: turn, request: request, due: due, sent: now, observer: l.observer,
		judge: slo.NewJudge(l.target.Name, l.target.SLOs, now, steady(turn)),
	}
	l.inflight = append(l.inflight, q)
	go func() {
		q.exchange = l.sender.Send(ctx, &q.request, q.first)
		l.finished <- q // never blocks: it has room for Load.MaxInFlight
	}()
}

// requestID is 32 hexadecimal digits, which also make a W3C trace id.
func requestID(random *rand.Rand) string {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], random.Uint64())
	binary.LittleEndian.PutUint64(b[8:], random.Uint64())
	return hex.EncodeToString(b[:])
}

// first is called on the goroutine of the exchange, as soon as the token is read.
func (q *inflight) first(at time.Time) {
	if v, ok := q.judge.FirstToken(at); ok {
		q.observer.Observe(Judged{v})
	}
}

func (q *inflight) expire(now time.Time) {
	if v, ok := q.judge.Expire(now); ok {
		q.observer.Observe(Judged{v})
	}
}

// finish takes in an exchange that has ended.
func (l *loop) finish(q *inflight, now time.Time) {
	l.inflight = slices.DeleteFunc(l.inflight, func(other *inflight) bool { return other == q })
	x := &q.exchange
	x.ID = q.request.ID
	if x.End.IsZero() {
		x.End = now
	}
	l.pool.settle(q.state, q.session, x.End, q.turn.Pause, !x.FirstToken.IsZero())
	r := Result{Target: l.target.Name, Turn: q.turn, Scheduled: q.due, Exchange: *x}
	r.Untrusted = l.trust != nil && !l.trust.Judge(r, now)
	l.learn(r)
	l.observer.Observe(r)
	l.judge(q, r)
	l.report(r)
	if x.Outcome.SlowsLoad() && l.backoff.throttled(now, q.sent, x.RateLimit.RetryAfter) && !l.ended {
		l.rateChanged()
	}
}

// learn corrects the size of prompts to come by what the server counted.
func (l *loop) learn(r Result) {
	if n, ok := r.Usage.Input.Value(); ok && r.Outcome == chat.OK {
		l.pool.cal.Learn(r.Turn.Words, r.Turn.Messages, n)
	}
}

func (l *loop) judge(q *inflight, r Result) {
	e := slo.Completion{
		At:        r.End,
		Failed:    r.Outcome != chat.OK,
		Cancelled: r.Outcome.Excused(),
		Asked:     r.Recall != chat.NotAsked,
		Wrong:     r.Recall == chat.Wrong,
	}
	e.TTFT, e.HasTTFT = r.TTFT()
	e.TPS, e.HasTPS = r.TPS()
	var room [4]slo.Verdict
	for _, v := range q.judge.Finish(e, room[:0]) {
		l.observer.Observe(Judged{v})
	}
}

// report is the log line of an exchange.
func (l *loop) report(r Result) {
	switch r.Outcome {
	case chat.OK, chat.Cancelled:
		l.log.LogAttrs(context.Background(), slog.LevelDebug, "turn", slog.String("target", r.Target),
			slog.String("outcome", string(r.Outcome)), slog.String("request_id", r.ID))
	default:
		l.log.Warn("turn failed", "target", r.Target, "outcome", r.Outcome, "err", r.Err, "request_id", r.ID)
	}
}

func steady(t workload.Turn) bool { return t.Phase != workload.Bootstrap }
