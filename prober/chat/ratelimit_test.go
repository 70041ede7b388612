package chat

import (
	"net/http"
	"testing"
	"time"
)

func TestRateLimit(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name      string
		header    map[string]string
		throttled bool
		want      RateLimit
	}{
		{"nothing", nil, true, RateLimit{}},
		{"seconds", map[string]string{"Retry-After": "20"}, true, RateLimit{RetryAfter: 20 * time.Second}},
		{"fraction", map[string]string{"Retry-After": "0.5"}, true, RateLimit{RetryAfter: 500 * time.Millisecond}},
		{
			"date",
			map[string]string{"Retry-After": "Mon, 23 Nov 2026 12:01:30 GMT"},
			true,
			RateLimit{RetryAfter: 90 * time.Second},
		},
		{"past date", map[string]string{"Retry-After": "Mon, 23 Nov 2026 11:00:00 GMT"}, true, RateLimit{}},
		{"nonsense", map[string]string{"Retry-After": "soon"}, true, RateLimit{}},
		{"not a number", map[string]string{"Retry-After": "NaN"}, true, RateLimit{}},
		// read as a date far away, and bounded
		{"absurd", map[string]string{"Retry-After": "1e300"}, true, RateLimit{RetryAfter: longestWait}},
		{"since 1970", map[string]string{"Retry-After": "1795435230"}, true, RateLimit{RetryAfter: 30 * time.Second}},
		{
			"milliseconds are finer",
			map[string]string{"Retry-After": "1", "Retry-After-Ms": "1300"},
			true,
			RateLimit{RetryAfter: 1300 * time.Millisecond},
		},
		{"a week", map[string]string{"Retry-After": "604800"}, true, RateLimit{RetryAfter: 24 * time.Hour}},
		{"negative", map[string]string{"Retry-After": "-5"}, true, RateLimit{}},
		{"openai", map[string]string{
			"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1s",
			"x-ratelimit-limit-tokens": "150000", "x-ratelimit-remaining-tokens": "30000", "x-ratelimit-reset-tokens": "6m0s",
		}, false, RateLimit{Remaining: 0.2, HasRemaining: true}}, // the scarcest; no wait while nothing was refused
		{"openai exhausted", map[string]string{
			"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1s",
			"x-ratelimit-limit-tokens": "150000", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "12ms",
		}, true, RateLimit{RetryAfter: 12 * time.Millisecond, HasRemaining: true}},
		{"anthropic exhausted", map[string]string{
			"anthropic-ratelimit-requests-limit":         "50",
			"anthropic-ratelimit-requests-remaining":     "49",
			"anthropic-ratelimit-requests-reset":         "2026-11-23T12:00:01Z",
			"anthropic-ratelimit-input-tokens-limit":     "400000",
			"anthropic-ratelimit-input-tokens-remaining": "0",
			"anthropic-ratelimit-input-tokens-reset":     "2026-11-23T12:00:47Z",
		}, true, RateLimit{RetryAfter: 47 * time.Second, HasRemaining: true}},
		{"retry-after wins", map[string]string{
			"retry-after":                          "3",
			"anthropic-ratelimit-tokens-limit":     "10",
			"anthropic-ratelimit-tokens-remaining": "0",
			"anthropic-ratelimit-tokens-reset":     "2026-11-23T12:00:47Z",
		}, true, RateLimit{RetryAfter: 3 * time.Second, HasRemaining: true}},
		{"together", map[string]string{
			"x-ratelimit-limit": "10", "x-ratelimit-remaining": "5", "x-ratelimit-reset": "2",
			"x-tokenlimit-limit-dynamic": "1000", "x-tokenlimit-remaining-dynamic": "100",
		}, true, RateLimit{RetryAfter: 2 * time.Second, Remaining: 0.1, HasRemaining: true}}, // one reset for all
		{"milliseconds since 1970", map[string]string{"x-ratelimit-reset": "1795435230000"}, true, // OpenRouter's
			RateLimit{RetryAfter: 30 * time.Second}},
		{
			"RFC 850",
			map[string]string{"Retry-After": "Monday, 23-Nov-26 12:00:30 GMT"},
			true,
			RateLimit{RetryAfter: 30 * time.Second},
		},
		{
			"the longer of two",
			map[string]string{"Retry-After": "20", "Retry-After-Ms": "0"},
			true,
			RateLimit{RetryAfter: 20 * time.Second},
		},
		{"finer", map[string]string{"Retry-After-Ms": "1250"}, true, RateLimit{RetryAfter: 1250 * time.Millisecond}},
		{"half a pair", map[string]string{"x-ratelimit-remaining-requests": "5"}, false, RateLimit{}},
		{
			"limit of nothing",
			map[string]string{"x-ratelimit-limit-requests": "0", "x-ratelimit-remaining-requests": "0"},
			false,
			RateLimit{},
		},
		{
			"more than all",
			map[string]string{"x-ratelimit-limit-requests": "5", "x-ratelimit-remaining-requests": "9"},
			false,
			RateLimit{Remaining: 1, HasRemaining: true},
		},
	}
	for _, tt := range tests {
		h := http.Header{}
		for k, v := range tt.header {
			h.Set(k, v)
		}
		if got := rateLimit(h, now, tt.throttled); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// FuzzRateLimit: no headers lead to a wait below none or above a day, and one more header never shortens the wait that
// another asks for.
func FuzzRateLimit(f *testing.F) {
	for _, seed := range []string{
		"", "20", "-5", "0.5", "NaN", "Inf", "-inf", "1e300", "1e400", "0x1p-2", "9223372036854775807", "2000000000",
		"1795435230000", "1795435230000000000", "1m2s", "-1h", "9999999h", "Mon, 23 Nov 2026 11:00:00 GMT",
		"Monday, 23-Nov-26 12:00:30 GMT", "Mon Nov 23 12:00:30 2026", "2026-11-23T12:00:47Z", "9999-12-31T23:59:59Z", "soon",
	} {
		f.Add(seed, "", "", "", true)
		f.Add("20", seed, "", "", true)
		f.Add("", "", seed, "", true)
		f.Add("", "", "", seed, true)
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, first, second, ms, reset string, throttled bool) {
		h := http.Header{
			"Retry-After": {first, second}, "Retry-After-Ms": {ms}, "X-Ratelimit-Reset": {reset},
			"X-Ratelimit-Limit-Requests": {first}, "X-Ratelimit-Remaining-Requests": {second},
			"X-Ratelimit-Reset-Requests": {reset},
		}
		got := rateLimit(h, now, throttled)
		share := got.Remaining >= 0 && got.Remaining <= 1
		if got.RetryAfter < 0 || got.RetryAfter > longestWait || !share {
			t.Fatalf("%+v", got)
		}
		for _, alone := range []http.Header{{"Retry-After": {first}}, {"Retry-After": {second}}, {"Retry-After-Ms": {ms}}} {
			if least := rateLimit(alone, now, throttled).RetryAfter; got.RetryAfter < least {
				t.Fatalf("%s, and %v alone asks for %s", got.RetryAfter, alone, least)
			}
		}
	})
}
