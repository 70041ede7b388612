package chat

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/pipenet"
)

// network is one on which a connection takes its time.
type network struct {
	*pipenet.Network
	connect time.Duration
}

func newNetwork() *network { return &network{Network: pipenet.New()} }

func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	select {
	case <-time.After(n.connect):
		return n.DialContext(ctx, kind, address)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// in runs a test against a server in a bubble. The server reads a request's body, then calls h.
func in(t *testing.T, h http.HandlerFunc, test func(t *testing.T, c *Client, p *network)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := newNetwork()
		s := &http.Server{ErrorLog: quiet(), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, err := io.Copy(io.Discard, r.Body)
			if err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Type", "text/event-stream")
			h(w, r)
		})}
		var served sync.WaitGroup
		served.Go(func() {
			if err := s.Serve(p); !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
		})
		e := testEndpoint(OpenAIChat)
		e.URL = "http://pipe/v1"
		e.Timeout, e.StallTimeout = model.Duration(time.Minute), model.Duration(10*time.Second)
		c, err := NewClient(e, Options{DialContext: p.dial})
		if err != nil {
			t.Fatal(err)
		}
		test(t, c, p)
		c.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		served.Wait()
		time.Sleep(2 * time.Hour) // handlers come to their ends
	})
}

const (
	roleEvent   = `data: {"model":"m","choices":[{"delta":{"role":"assistant","content":""}}]}` + "\n\n"
	tokenEvent  = `data: {"model":"m","choices":[{"delta":{"content":"x"}}]}` + "\n\n"
	finishEvent = `data: {"model":"m","choices":[{"delta":{},"finish_reason":"stop"}]}` + "\n\n"
	doneEvent   = "data: [DONE]\n\n"
	comment     = ": ping\n\n"
)

// say writes and flushes; a client that has gone is not the server's problem.
func say(w http.ResponseWriter, s string) {
	_, err := io.WriteString(w, s)
	if err == nil {
		_ = http.NewResponseController(w).Flush()
	}
}

// after is an instant in seconds after the exchange was started.
func after(x *Exchange, at time.Time) float64 {
	if at.IsZero() {
		return -1
	}
	return at.Sub(x.Started).Seconds()
}

func TestInstants(t *testing.T) {
	//	0 s     1           2         5      7       10       11       12
	//	start   connected   headers   role   token   token    token    finish and end
	in(t, func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(time.Second)
		say(w, "")
		time.Sleep(3 * time.Second)
		say(w, roleEvent)
		time.Sleep(2 * time.Second)
		say(w, tokenEvent)
		time.Sleep(3 * time.Second)
		say(w, comment+tokenEvent)
		time.Sleep(time.Second)
		say(w, tokenEvent)
		time.Sleep(time.Second)
		say(w, finishEvent+doneEvent)
	}, func(t *testing.T, c *Client, p *network) {
		t.Helper()
		p.connect = time.Second
		var told []time.Time
		x := c.Send(t.Context(), request(), func(at time.Time) { told = append(told, at, time.Now()) })
		if x.Outcome != OK {
			t.Fatal(x.Outcome, x.Err)
		}
		got := [9]float64{}
		for i, at := range []time.Time{
			x.Connected, x.Written, x.Headers, x.FirstEvent, x.FirstToken, x.FirstOutput, x.LastToken, x.End,
		} {
			got[i] = after(&x, at)
		}
		got[8] = x.LongestGap.Seconds()
		if want := [9]float64{1, 1, 2, 5, 7, 7, 11, 12, 3}; got != want {
			t.Errorf("instants %v, want %v", got, want)
		}
		if len(told) != 2 || !told[0].Equal(x.FirstToken) || !told[1].Equal(x.FirstToken) {
			t.Errorf("told %v, first token %v", told, x.FirstToken)
		}
		if again := c.Send(t.Context(), request(), nil); !again.Reused || after(&again, again.Connected) != 0 {
			t.Errorf("second: %v, reused %v", again.Outcome, again.Reused)
		}
	})
}

func TestTooLate(t *testing.T) {
	forever := func(r *http.Request) { <-r.Context().Done() }
	tests := []struct {
		name    string
		connect time.Duration
		handler func(w http.ResponseWriter, r *http.Request)
		want    Outcome
		end     float64 // seconds after Started
		err     string
	}{
		{"no connection", time.Hour, nil, Timeout, 60, "not finished within 1m0s, while connecting"},
		{
			"no headers", 0, func(_ http.ResponseWriter, r *http.Request) { forever(r) }, Timeout, 60,
			"not finished within 1m0s, while waiting for the response",
		},
		// silence before the first token is no stall
		{
			"no token", 0, func(w http.ResponseWriter, r *http.Request) { say(w, roleEvent); forever(r) }, Timeout, 60,
			"not finished within 1m0s, while waiting for the first token",
		},
		{
			"comments only", 0, func(w http.ResponseWriter, r *http.Request) { every(w, r, 5*time.Second, comment) }, Timeout,
			60, "not finished within 1m0s, while waiting for the first token",
		},
		{
			"silence", 0, func(w http.ResponseWriter, r *http.Request) { say(w, tokenEvent); forever(r) }, Stalled, 10,
			"nothing for 10s after 1 token events",
		},
		// a comment is no life
		{
			"pings after a token", 0,
			func(w http.ResponseWriter, r *http.Request) { say(w, tokenEvent); every(w, r, 3*time.Second, comment) }, Stalled,
			10, "nothing for 10s after 1 token events",
		},
		// but no stall
		{
			"slow tokens", 0, func(w http.ResponseWriter, r *http.Request) { every(w, r, 9*time.Second, tokenEvent) }, Timeout,
			60, "not finished within 1m0s, in mid-stream",
		},
		{
			"silence before the marker", 0,
			func(w http.ResponseWriter, r *http.Request) { say(w, tokenEvent+finishEvent); forever(r) }, Stalled, 10,
			"nothing for 10s after 1 token events",
		},
		// its connection is given up
		{
			"no end behind the marker", 0,
			func(w http.ResponseWriter, r *http.Request) { say(w, tokenEvent+finishEvent+doneEvent); forever(r) }, OK, 0, "",
		},
		{"an error's body without end", 0, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			say(w, `{"error":`)
			forever(r)
		}, ServerError, errorPatience.Seconds(), "HTTP 500"}, //
		{"a limit's body without end", 0, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusTooManyRequests)
			say(w, `{"error":`)
			forever(r)
		}, Throttled, errorPatience.Seconds(), "HTTP 429"}, //
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, tt.handler, func(t *testing.T, c *Client, p *network) {
				t.Helper()
				p.connect = tt.connect
				x := c.Send(t.Context(), request(), nil)
				text := ""
				if x.Err != nil {
					text = x.Err.Error()
				}
				if x.Outcome != tt.want || text != tt.err || after(&x, x.End) != tt.end {
					t.Errorf("%s %q after %v s, want %s %q after %v s", x.Outcome, text, after(&x, x.End), tt.want, tt.err, tt.end)
				}
				if lasted := time.Since(x.Started); tt.want == OK && lasted != drainPatience {
					t.Errorf("waited %v for the end of the response, want %v", lasted, drainPatience)
				}
			})
		})
	}
}

func every(w http.ResponseWriter, r *http.Request, d time.Duration, s string) {
	for r.Context().Err() == nil {
		say(w, s)
		select {
		case <-time.After(d):
		case <-r.Context().Done():
		}
	}
}

func TestCancelled(t *testing.T) {
	for _, tt := range []struct {
		after time.Duration
		err   string
	}{
		{0, "cancelled while connecting"},
		{time.Second, "cancelled while waiting for the response"},
		{3 * time.Second, "cancelled while waiting for the first token"},
		{5 * time.Second, "cancelled in mid-stream"},
	} {
		in(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(2 * time.Second)
			say(w, "")
			time.Sleep(2 * time.Second)
			say(w, tokenEvent)
			<-r.Context().Done()
		}, func(t *testing.T, c *Client, _ *network) {
			t.Helper()
			ctx, cancel := context.WithCancel(t.Context())
			timer := time.AfterFunc(tt.after, cancel)
			defer timer.Stop()
			if tt.after == 0 {
				cancel()
			}
			x := c.Send(ctx, request(), nil)
			if x.Outcome != Cancelled || x.Err.Error() != tt.err || after(&x, x.End) != tt.after.Seconds() {
				t.Errorf("%s %v after %v s, want %q after %v", x.Outcome, x.Err, after(&x, x.End), tt.err, tt.after)
			}
		})
	}
}

// An answer that comes before the request was sent to its end leaves nothing behind that reads the
// conversation.
func TestEarlyAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newNetwork()
		var server sync.WaitGroup
		server.Go(func() {
			conn, err := p.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			_, err = io.ReadFull(conn, make([]byte, 40_000))
			if err != nil {
				t.Error(err)
			}
			_, err = io.WriteString(conn, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
			if err != nil {
				t.Error(err)
			}
			_, _ = p.Accept() // until it is closed
			_ = conn.Close()
		})
		e := testEndpoint(OpenAIChat)
		c, err := NewClient(e, Options{DialContext: p.dial})
		if err != nil {
			t.Fatal(err)
		}
		long := longTalk()
		r := request()
		r.Conversation = long
		x := c.Send(t.Context(), r, nil)
		long.messages, long.tools = nil, nil // whoever still reads it races, or panics
		if x.Outcome != Denied || !x.Written.IsZero() || x.Sent == 0 || x.Sent > 200_000 {
			t.Errorf("%s %v, written %v, sent %d", x.Outcome, x.Err, x.Written, x.Sent)
		}
		_ = p.Close()
		server.Wait()
		c.Close()
	})
}
