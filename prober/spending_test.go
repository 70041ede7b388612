package prober

import (
	"math"
	"net/http"
	"testing"

	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

func TestWorst(t *testing.T) {
	bound := workload.Bound{Bytes: 1_000_000, Messages: 100, MaxTokens: 2000}
	const in = 1_000_000 + 100*messageTokens + templateTokens
	write, cached := 6.25, 0.5
	for _, row := range []struct {
		name   string
		prices *Prices
		extra  map[string]any
		want   budget.Amount
	}{
		{"no prices", nil, nil, budget.Amount{Tokens: in + 2000}},
		{
			"input", &Prices{Input: 5, Cached: &cached, Output: 25}, nil,
			budget.Amount{Money: budget.Price(in, 5) + budget.Price(2000, 25), Tokens: in + 2000},
		},
		{
			"writing to the cache costs more", &Prices{Input: 5, CacheWrite: &write}, nil,
			budget.Amount{Money: budget.Price(in, 6.25), Tokens: in + 2000},
		},
		{"fields of the target's own", nil, map[string]any{"a": "0123456789"}, budget.Amount{Tokens: in + 2018}},
	} {
		target := example("t", ProfileWatch)
		target.Prices, target.ExtraBody = row.prices, row.extra
		if got := newSpending(target).worst(bound); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

// TestCharge: 10,000 words in ten messages are 10,040 tokens by our own count, and 51,400 at most.
func TestCharge(t *testing.T) {
	const own, most, longest = 10_040, 50_000 + 10*messageTokens + templateTokens, 300
	cached, write := 0.5, 6.25
	prices := Prices{Input: 5, Cached: &cached, CacheWrite: &write, Output: 25}
	answered := func(in, cached, written, out int64) chat.Exchange {
		return chat.Exchange{Outcome: chat.OK, Sent: 1, Status: 200, Usage: chat.Usage{
			Input: chat.Counted(in), Cached: chat.Counted(cached), CacheWrite: chat.Counted(written), Output: chat.Counted(out),
		}}
	}
	failed := func(o chat.Outcome, status int, sent int64) chat.Exchange {
		return chat.Exchange{Outcome: o, Status: status, Sent: sent}
	}
	for _, row := range []struct {
		name    string
		x       chat.Exchange
		in, out int64
		dollars float64 // a million times
	}{
		{"as reported", answered(11_000, 8000, 1000, 200), 11_000, 200, 2000*5 + 8000*0.5 + 1000*6.25 + 200*25},
		{"ten tokens are not believed", answered(10, 0, 0, 200), own, 200, own*5 + 200*25},
		{"nor is 5 %", answered(502, 400, 0, 200), own, 200, (own-400)*5 + 400*0.5 + 200*25},
		{"nor 2^63", answered(math.MaxInt64, 0, 0, 200), most, 200, most*5 + 200*25},
		{"nor more cached than there is", answered(11_000, math.MaxInt64, math.MaxInt64, 0), 11_000, 0, 11_000 * 0.5},
		{"nor an endless answer", answered(11_000, 0, 0, math.MaxInt64), 11_000, 4 * longest, 11_000*5 + 4*longest*25},
		{"a longer answer than asked for is", answered(11_000, 0, 0, 900), 11_000, 900, 11_000*5 + 900*25},
		{"no usage", failed(chat.OK, 200, 1), own, longest, own*6.25 + longest*25},
		{"cut off", failed(chat.Broken, 200, 1), own, longest, own*6.25 + longest*25},
		{
			"cut off, and said to be short", chat.Exchange{
				Outcome: chat.Broken, Status: 200, Sent: 1, Usage: chat.Usage{Output: chat.Counted(1)},
			}, own, longest, own*6.25 + longest*25,
		},
		{"given up", failed(chat.Cancelled, 0, 1), own, longest, own*6.25 + longest*25},
		{"timed out", failed(chat.Timeout, 0, 1), own, longest, own*6.25 + longest*25},
		{"nothing but an end", failed(chat.Empty, 200, 1), own, longest, own*6.25 + longest*25},
		{"no file descriptor for it", failed(chat.Local, 0, 0), 0, 0, 0},
		{"given up before anything was sent", failed(chat.Cancelled, 0, 0), 0, 0, 0},
		{"no connection", failed(chat.Refused, 0, 0), 0, 0, 0},
		{"throttled", failed(chat.Throttled, 429, 1), 0, 0, 0},
		{"denied", failed(chat.Denied, 401, 1), 0, 0, 0},
		{"rejected", failed(chat.Rejected, 400, 1), 0, 0, 0},
		{"an error of the engine", failed(chat.ServerError, 500, 1), 0, 0, 0},
		{"a gateway lost it", failed(chat.ServerError, http.StatusBadGateway, 1), own, longest, own*6.25 + longest*25},
		{"a gateway gave up", failed(chat.Timeout, http.StatusGatewayTimeout, 1), own, longest, own*6.25 + longest*25},
	} {
		target := example("t", ProfileWatch)
		target.Prices = &prices
		r := Result{Turn: workload.Turn{Words: 10_000, Messages: 10, MaxTokens: longest}, Exchange: row.x}
		got := newSpending(target).charge(r, workload.Bound{Bytes: 50_000, Messages: 10, MaxTokens: 4096})
		want := budget.Amount{Money: budget.Dollars(row.dollars / 1e6), Tokens: row.in + row.out}
		if math.Abs(float64(got.Money-want.Money)) > 1 || got.Tokens != want.Tokens {
			t.Errorf("%s: %v, want %v", row.name, got, want)
		}
	}
	events := answered(11_000, 0, 0, 10)
	events.Events = 500
	r := Result{Turn: workload.Turn{Words: 10_000, Messages: 10, MaxTokens: longest}, Exchange: events}
	if got := newSpending(example("t", ProfileWatch)).charge(r, workload.Bound{}); got.Tokens != own+500 {
		t.Errorf("500 events of a token each are charged as %d tokens", got.Tokens-own)
	}
}
