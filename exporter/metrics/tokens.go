package metrics

import (
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// tokens are what the server says that it read and wrote, and what that costs.
type tokens struct {
	reported, estimated series.Vec[prometheus.Counter]
	expectedCached      series.Vec[prometheus.Counter]
	cost                series.Vec[prometheus.Counter]
}

func newTokens(s *series.Registry) tokens {
	return tokens{
		reported: s.CounterVec(series.Family{Name: "tokens_total",
			Labels: []series.Label{{Name: "kind", Values: []string{"input_uncached", "input_cached", "input_cache_write", "output", "reasoning"}}},
			Help:   "Tokens by the server's own usage. The three input kinds add up to the prompt; input of which the server did not say whether it was cached is uncached. Output includes reasoning, which is also counted by itself."}),
		estimated: s.CounterVec(series.Family{Name: "tokens_estimated_total", Labels: []series.Label{{Name: "kind", Values: []string{"input", "output"}}},
			Help: "Tokens of answers that began and brought no usage: input by the target's calibration, output by the number of token-bearing events, which is too low where an event carries several. Never part of firsttoken_tokens_total."}),
		expectedCached: s.CounterVec(series.Family{Name: "expected_cached_tokens_total",
			Help: "Input tokens that a healthy prefix cache would have served, of the requests of which the server reported usage, once it has ever said what was cached; compare with firsttoken_tokens_total{kind=\"input_cached\"}."}),
		cost: s.CounterVec(series.Family{Name: "cost_dollars_total", Unit: "dollars",
			Help: "Price of what the server reported, by the target's price list; 0 without one."}),
	}
}

type tokensOf struct {
	uncached, cached, write, output, reasoning prometheus.Counter
	estimatedIn, estimatedOut                  prometheus.Counter
	expectedCached, cost                       prometheus.Counter
	prices                                     *prober.Prices
	// saysCached is set by the first answer that tells how much was cached. Until then silence may
	// mean that this server never tells; from then on it means none, as some leave out a zero.
	saysCached *atomic.Bool
}

func (t tokens) create(target string, prices *prober.Prices) tokensOf {
	n, e := t.reported.Create(target), t.estimated.Create(target)
	return tokensOf{
		n[0], n[1], n[2], n[3], n[4],
		e[0], e[1],
		t.expectedCached.Single(target), t.cost.Single(target),
		prices, &atomic.Bool{},
	}
}

func (t tokens) delete(target string) {
	t.reported.Delete(target)
	t.estimated.Delete(target)
	t.expectedCached.Delete(target)
	t.cost.Delete(target)
}

func (t tokensOf) observe(r prober.Result) {
	t.input(r)
	t.generated(r)
	if t.prices == nil {
		return
	}
	if dollars, ok := t.prices.Cost(r.Usage); ok && dollars > 0 {
		t.cost.Add(dollars)
	}
}

func (t tokensOf) input(r prober.Result) {
	in, ok := r.Usage.Input.Value()
	if !ok {
		if began(r) {
			add(t.estimatedIn, r.Turn.Tokens)
		}
		return
	}
	cached, says := r.Usage.Cached.Value()
	write, _ := r.Usage.CacheWrite.Value()
	add(t.uncached, in-cached-write)
	add(t.cached, cached)
	add(t.write, write)
	if says {
		t.saysCached.Store(true)
	}
	if t.saysCached.Load() {
		add(t.expectedCached, r.Turn.Cached)
	}
}

func (t tokensOf) generated(r prober.Result) {
	out, ok := r.Usage.Output.Value()
	if !ok {
		if began(r) {
			add(t.estimatedOut, int64(r.Events))
		}
		return
	}
	reasoning, _ := r.Usage.Reasoning.Value()
	add(t.output, out)
	add(t.reasoning, reasoning)
}

// began tells an answer without usage from a request that nobody worked on.
func began(r prober.Result) bool {
	return r.Status == http.StatusOK && r.Outcome != chat.Throttled
}

// add drops what a counter cannot take: a server that reports more cached than sent is wrong, and
// must not bring this process down.
func add(c prometheus.Counter, n int64) {
	if n > 0 {
		c.Add(float64(n))
	}
}
