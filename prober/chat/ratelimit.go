package chat

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limitHeaders are the names of one limit's headers: its size, how much is left, when it is full again.
type limitHeaders struct{ limit, remaining, reset string }

// rateHeaders are the limits of all vendors: OpenAI's by requests and tokens, Anthropic's, and Together's,
// which come in a fixed form and in a dynamic one.
func rateHeaders() []limitHeaders {
	var all []limitHeaders
	for _, unit := range []string{"requests", "tokens"} {
		p := "X-Ratelimit-"
		all = append(all, limitHeaders{p + "Limit-" + unit, p + "Remaining-" + unit, p + "Reset-" + unit})
	}
	for _, unit := range []string{"requests", "tokens", "input-tokens", "output-tokens"} {
		p := "Anthropic-Ratelimit-" + unit
		all = append(all, limitHeaders{p + "-Limit", p + "-Remaining", p + "-Reset"})
	}
	for _, p := range []string{"X-Ratelimit", "X-Tokenlimit"} {
		for _, kind := range []string{"", "-Dynamic"} {
			all = append(all, limitHeaders{p + "-Limit" + kind, p + "-Remaining" + kind, p + "-Reset"})
		}
	}
	return all
}

// rateLimit reads the headers of a response. throttled says whether the response was a refusal: only then
// does a limit's reset count as a time to wait.
func rateLimit(h http.Header, now time.Time, throttled bool) RateLimit {
	var r RateLimit
	var reset string
	for _, names := range rateHeaders() {
		share, ok := shareLeft(h, names)
		if !ok || r.HasRemaining && share >= r.Remaining {
			continue
		}
		r.Remaining, r.HasRemaining = share, true
		reset = h.Get(names.reset)
	}
	wait, ok := retryAfter(h, now)
	if !ok && throttled {
		if reset == "" {
			reset = h.Get("X-Ratelimit-Reset")
		}
		wait, _ = waitUntil(reset, now)
	}
	r.RetryAfter = wait
	return r
}

// retryAfter is the longest time that a response asks to wait; false if it asks for none. A server and the gateway
// before it may both say how long, and Azure says it in milliseconds too.
func retryAfter(h http.Header, now time.Time) (longest time.Duration, ok bool) {
	for _, s := range h.Values("Retry-After") {
		if wait, said := waitUntil(s, now); said {
			longest, ok = max(longest, wait), true
		}
	}
	for _, s := range h.Values("Retry-After-Ms") {
		if wait, said := milliseconds(s); said {
			longest, ok = max(longest, wait), true
		}
	}
	return longest, ok
}

func shareLeft(h http.Header, names limitHeaders) (float64, bool) {
	limit, err := strconv.ParseFloat(strings.TrimSpace(h.Get(names.limit)), 64)
	if err != nil || !(limit > 0) {
		return 0, false
	}
	left, err := strconv.ParseFloat(strings.TrimSpace(h.Get(names.remaining)), 64)
	if err != nil || !(left >= 0) { // Azure sends -1 for a limit that it does not count
		return 0, false
	}
	return min(max(left/limit, 0), 1), true
}

// longestWait is the most that a header can ask for.
const longestWait = 24 * time.Hour

// waitUntil reads a time to wait in any spelling: seconds ("20", "0.5"), a duration ("1m2s", "12ms"), a
// date of HTTP or RFC 3339, seconds since 1970 or smaller units.
func waitUntil(s string, now time.Time) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, false
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if math.IsNaN(n) || math.IsInf(n, 0) {
			return 0, false
		}
		if n > 1e9 { // no wait is thirty years long, so this is a date
			n = sinceEpoch(n) - float64(now.UnixNano())/1e9
		}
		return bounded(n * float64(time.Second)), true
	}
	if d, err := time.ParseDuration(s); err == nil {
		return bounded(float64(d)), true
	}
	for _, layout := range []string{http.TimeFormat, time.RFC3339, time.RFC850, time.ANSIC} {
		if t, err := time.Parse(layout, s); err == nil {
			return bounded(float64(t.Sub(now))), true
		}
	}
	return 0, false
}

// sinceEpoch is a date in seconds since 1970 that may be in smaller units, as OpenRouter's milliseconds are. In seconds
// it would lie beyond the year 5000.
func sinceEpoch(n float64) float64 {
	const farthest = 1e11
	for range 3 { // milliseconds, microseconds, nanoseconds
		if n > farthest {
			n /= 1000
		}
	}
	return n
}

// milliseconds reads a number of them.
func milliseconds(s string) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, false
	}
	return bounded(n * float64(time.Millisecond)), true
}

func bounded(nanoseconds float64) time.Duration {
	return time.Duration(min(max(nanoseconds, 0), float64(longestWait)))
}
