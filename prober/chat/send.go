package chat

import (
	"context"
	"mime"
	"net/http"
	"time"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// Send sends a request and reads its answer to the end. It calls first at most once, as soon as the
// first token was read, with the instant of its receipt; first may be nil. Send does not touch the
// request's conversation after it has returned.
func (c *Client) Send(ctx context.Context, r *Request, first func(time.Time)) Exchange {
	x := Exchange{ID: r.ID, Outcome: OK}
	s := sending{client: c, request: r, first: first, x: &x}
	f := s.run(ctx)
	if x.End.IsZero() {
		x.End = time.Now()
	}
	c.clean(&x, f, s.sent)
	return x
}

// sending is one call of Send.
type sending struct {
	client   *Client
	request  *Request
	first    func(time.Time)
	key      string
	sent     []string // secrets, as the transport wrote them
	timeouts *timeouts
	trace    *trace // of the attempt
	done     <-chan struct{}
	x        *Exchange
}

// run makes an attempt, and a second one if the first found a dead connection and nothing else.
func (s *sending) run(parent context.Context) *failure {
	key, f := s.client.key()
	if f != nil {
		s.x.Started = time.Now()
		return f
	}
	s.key, s.sent = key, []string{key}
	ctx, cancel := context.WithCancelCause(parent)
	s.timeouts = newTimeouts(cancel, s.client.endpoint, s.request)
	defer s.timeouts.stop()

	f, stale := s.attempt(ctx)
	if stale {
		s.x.StaleRetry = true
		s.client.Close() // the connections in the pool are as old as the one that was dead
		f, _ = s.attempt(ctx)
	}
	if f != nil && f.err != nil && ctx.Err() != nil {
		return s.timeouts.failure(context.Cause(ctx), s.x)
	}
	return f
}

// attempt is one request on one connection. stale says that a reused connection turned out to be
// dead before the first byte of a response.
func (s *sending) attempt(ctx context.Context) (f *failure, stale bool) {
	t := &trace{secretHeaders: s.client.secretHeaders}
	s.trace, s.done = t, ctx.Done()
	body := s.client.encoder.Body(s.request)
	req := s.client.httpRequest(s.request, s.key, body).WithContext(t.attach(ctx))
	if s.x.Started.IsZero() {
		s.x.Started = time.Now()
	}
	resp, err := s.client.trip.RoundTrip(req)
	if err == nil {
		f = s.response(resp)
		t.stop()
		_ = resp.Body.Close() // the answer has been judged
	}
	t.stop()
	_ = body.Close() // never fails
	s.x.Sent = body.sent()
	t.fill(s.x, s.x.Sent == body.Len())
	s.sent = append(s.sent, t.secrets()...)
	if err == nil {
		return f, false
	}
	stale = s.x.Reused && s.x.Headers.IsZero() && ctx.Err() == nil && closedByPeer(err)
	return unanswered(s.x, err), stale
}

// response reads any response, whatever its status.
func (s *sending) response(resp *http.Response) *failure {
	now := time.Now()
	x := s.x
	x.Status = resp.StatusCode
	x.Identity.Server = resp.Header.Get("Server")
	x.Identity.Protocol = resp.Proto
	f := s.answer(resp)
	x.RateLimit = rateLimit(resp.Header, now, f != nil && f.outcome() == Throttled)
	return f
}

func (s *sending) answer(resp *http.Response) *failure {
	if !accepted(resp) {
		s.timeouts.shorten(errorPatience)
		return statusFailure(resp)
	}
	if !isStream(resp.Header) {
		s.timeouts.shorten(errorPatience)
		return notAStream(resp)
	}
	return s.stream(resp)
}

// accepted reports whether the status is that of an answer: 200, or another 2xx with what calls itself a stream, as
// some frameworks have it that answer every POST with 201.
func accepted(resp *http.Response) bool {
	if resp.StatusCode == http.StatusOK {
		return true
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return resp.StatusCode/100 == 2 && kind == "text/event-stream"
}

// stream reads the answer to a request that was accepted, then drains the response, so that its
// connection can be used again.
func (s *sending) stream(resp *http.Response) *failure {
	sc, ok := s.client.scanners.Get().(*sse.Scanner)
	if !ok {
		sc = sse.NewScanner()
	}
	defer func() {
		sc.Reset()
		s.client.scanners.Put(sc)
	}()
	d, conn := s.client.dialect, s.trace.connection()
	st := stream{
		source:  stampedBody{resp.Body, conn},
		scanner: sc,
		decoder: d.decoder(),
		usage:   d.usage,
		recall:  recall{expect: []byte(s.request.Expect)},
		notify:  notify{firstToken: s.first, activity: s.timeouts.touch},
		x:       s.x,
	}
	if conn != nil {
		st.notify.firstRead = func() { conn.LimitReads(0) }
	}
	if window := time.Duration(s.client.endpoint.BatchReads); window > 0 && conn != nil {
		st.batch = newBatchReads(window, s.done)
		defer st.batch.stop()
	}
	if f := st.read(); f != nil {
		return f
	}
	s.timeouts.shorten(drainPatience)
	drain(resp.Body)
	return nil
}
