package prober

import (
	"encoding/json"
	"net/http"

	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// A prompt has more tokens than its text: a chat template frames each message, and a vendor adds a text
// of its own, above all where there are tools. These are generous bounds of both.
const (
	messageTokens  = 40
	templateTokens = 1000
)

// beyondMax is how many times max_tokens a server's count of output tokens is believed.
const beyondMax = 4

// spending computes what a target's requests may use at most, and what they did use.
type spending struct {
	shape  *workload.Shape
	prices *Prices // nil counts tokens only
	extra  int64   // bytes of the target's own fields in each request
}

func newSpending(t Target) spending {
	s := spending{shape: &t.Workload, prices: t.Prices}
	if len(t.ExtraBody) > 0 {
		extra, _ := json.Marshal(t.ExtraBody) // what cannot be written makes no client either
		s.extra = int64(len(extra))
	}
	return s
}

// mostInput is the most tokens that a prompt can have. A token is at least one byte of it: no tokenizer
// needs to be known, and none can be worse. English has 4 to 5 bytes a token, so the bound is that many
// times what a prompt uses; it is charged for only as long as the request takes.
func (s spending) mostInput(b workload.Bound) int64 { return MostInput(b) + s.extra }

// MostInput is the most tokens that a prompt of that bound can have, for a target without fields of its own.
func MostInput(b workload.Bound) int64 {
	return int64(b.Bytes) + messageTokens*int64(b.Messages) + templateTokens
}

// worst is the most that a request can use: nothing of the prompt is cached, or all of it is written to
// the cache where that costs more, and the answer is as long as it may be.
func (s spending) worst(b workload.Bound) budget.Amount {
	in, out := s.mostInput(b), int64(b.MaxTokens)
	a := budget.Amount{Tokens: in + out}
	if s.prices != nil {
		a.Money = budget.Price(in, s.prices.dearestInput()) + budget.Price(out, s.prices.Output)
	}
	return a
}

func (p Prices) dearestInput() float64 { return max(p.Input, p.cached(), p.cacheWrite()) }

// charge is what an exchange is taken to have used.
func (s spending) charge(r Result, b workload.Bound) budget.Amount {
	if !mayBeBilled(r) {
		return budget.Amount{}
	}
	u := s.believed(r, b)
	in, _ := u.Input.Value()
	out, _ := u.Output.Value()
	a := budget.Amount{Tokens: in + out}
	if s.prices != nil {
		cost, _ := s.prices.Cost(u)
		a.Money = budget.Dollars(cost)
	}
	return a
}

// EstimateCost is the price of a good answer by our own count of what was sent, which no server can change.
// It is false for other exchanges, and for a target without prices. As large a share of the prompt is taken
// to be cached as the server said; its count of the output is believed within bounds.
func (t Target) EstimateCost(r Result) (dollars float64, ok bool) {
	if t.Prices == nil || r.Outcome != chat.OK {
		return 0, false
	}
	s := newSpending(t)
	own := s.shape.Prior(r.Turn.Words, r.Turn.Messages)
	reported, _ := r.Usage.Input.Value()
	share := func(c chat.Count) chat.Count {
		n, _ := c.Value()
		return chat.Counted(int64(float64(own) * min(1, float64(n)/float64(max(1, reported)))))
	}
	u := split(chat.Usage{Cached: share(r.Usage.Cached), CacheWrite: share(r.Usage.CacheWrite)}, own)
	u.Output = chat.Counted(s.believedOutput(r))
	return t.Prices.Cost(u)
}

// mayBeBilled is false of a request that never left, and of answers that vendors do not bill: errors
// instead of an answer. A gateway that lost its engine does not know whether that one went on.
func mayBeBilled(r Result) bool {
	if _, reported := r.Usage.Input.Value(); reported {
		return true
	}
	switch r.Outcome {
	case chat.Refused, chat.Throttled, chat.Rejected, chat.Denied:
		return false
	case chat.ServerError:
		return r.Status == http.StatusBadGateway
	default:
		return r.Sent > 0
	}
}

// believed is the server's usage where it can be true, and our own count where it cannot, or is
// missing. The prompt is ours, so a server is believed upwards only, to the bound of its bytes: one that
// reports ten tokens for every prompt is charged for all of them. Of an answer that did not finish
// nobody knows how far the server went on, so it is as long as it may be.
func (s spending) believed(r Result, b workload.Bound) chat.Usage {
	in, reported := r.Usage.Input.Value()
	in = max(s.shape.Prior(r.Turn.Words, r.Turn.Messages), min(in, s.mostInput(b)))
	u := split(r.Usage, in)
	if !reported && s.prices != nil && s.prices.cacheWrite() > s.prices.Input {
		u.CacheWrite = u.Input
	}
	u.Output = chat.Counted(s.believedOutput(r))
	return u
}

// split divides a number of input tokens by what the server says was cached or written to its cache.
func split(u chat.Usage, in int64) chat.Usage {
	cached, _ := u.Cached.Value()
	write, _ := u.CacheWrite.Value()
	cached = min(cached, in)
	return chat.Usage{
		Input: chat.Counted(in), Cached: chat.Counted(cached), CacheWrite: chat.Counted(min(write, in-cached)),
	}
}

func (s spending) believedOutput(r Result) int64 {
	longest := int64(r.Turn.MaxTokens)
	out, reported := r.Usage.Output.Value()
	if r.Outcome != chat.OK || !reported {
		return max(longest, int64(r.Events))
	}
	return max(min(out, beyondMax*longest), int64(r.Events))
}
