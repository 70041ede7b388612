package chat

import (
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

// A wait for a first token has a bound of its own, which a request may make shorter; a slow answer that has begun in
// time is not bound by it.
func TestFirstTokenTimeout(t *testing.T) {
	const bound = 20 * time.Second
	for _, c := range []struct {
		name    string
		request time.Duration // of the request; 0 is the endpoint's
		first   time.Duration
		want    Outcome
		end     float64 // seconds
	}{
		{"in time", 0, 19 * time.Second, OK, 59},
		{"too late", 0, 21 * time.Second, Timeout, 20},
		{"the request's own", 5 * time.Second, 6 * time.Second, Timeout, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			handler := func(w http.ResponseWriter, _ *http.Request) {
				say(w, roleEvent)
				time.Sleep(c.first)
				for range 5 {
					say(w, tokenEvent)
					time.Sleep(8 * time.Second)
				}
				say(w, finishEvent+doneEvent)
			}
			in(t, handler, func(t *testing.T, client *Client, _ *network) {
				t.Helper()
				client.endpoint.FirstTokenTimeout = model.Duration(bound)
				r := request()
				r.FirstTokenTimeout = c.request
				x := client.Send(t.Context(), r, nil)
				if x.Outcome != c.want || after(&x, x.End) != c.end {
					t.Errorf("%s (%v) after %v s, want %s after %v s", x.Outcome, x.Err, after(&x, x.End), c.want, c.end)
				}
			})
		})
	}
}
