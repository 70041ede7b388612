package prober

import (
	"math"

	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// Prices in dollars per million tokens. A missing cache price is the input price.
type Prices struct {
	Input      float64  `yaml:"input"`
	Cached     *float64 `yaml:"cached_input,omitempty"`
	CacheWrite *float64 `yaml:"cache_write,omitempty"`
	Output     float64  `yaml:"output"`
}

// Validate returns every problem of the prices.
func (p Prices) Validate() invalid.Errors {
	var errs invalid.Errors
	check := func(key string, v *float64) {
		if v != nil && (*v < 0 || math.IsNaN(*v) || math.IsInf(*v, 0)) {
			errs.Add(key, "%v is not a price: dollars per million tokens, 0 or more", *v)
		}
	}
	check("input", &p.Input)
	check("cached_input", p.Cached)
	check("cache_write", p.CacheWrite)
	check("output", &p.Output)
	return errs
}

// Cost is the price of the exchange in dollars, by usage; false where there was no usage.
func (p Prices) Cost(u chat.Usage) (dollars float64, ok bool) {
	in, ok := u.Input.Value()
	if !ok {
		return 0, false
	}
	cached, _ := u.Cached.Value()
	write, _ := u.CacheWrite.Value()
	out, _ := u.Output.Value()
	cost := float64(in-cached-write)*p.Input + float64(cached)*p.cached() +
		float64(write)*p.cacheWrite() + float64(out)*p.Output
	return cost / 1e6, true
}

// OfLoad is the price in dollars of a load of that many tokens, of whose input a prefix cache serves a
// share, as vendors bill it (for instance Anthropic's documentation of prompt caching): what the cache
// serves at the cached price, everything else of the prompt at the price of writing it to the cache where
// there is one, else at the input price. Without a prefix cache the share is 0 and nothing is written.
//
//	$ = in·[h·read + (1−h)·write] + out·output
//
// Example: Opus at 100k TPM, 100,000 tokens in and 450 out per request, h = 0.96, for a day:
// 144 M · (0.96·$0.50 + 0.04·$6.25)/M = $105.1, and 1,440 · 450 · $25/M = $16.2, so $121.
// With h = 0: 144 M · $5/M + $16.2 = $736.
func (p Prices) OfLoad(input, output, cachedShare float64) float64 {
	u := chat.Usage{
		Input:  chat.Counted(int64(input)),
		Cached: chat.Counted(int64(input * cachedShare)),
		Output: chat.Counted(int64(output)),
	}
	if cachedShare > 0 && p.CacheWrite != nil {
		u.CacheWrite = chat.Counted(int64(input) - int64(input*cachedShare))
	}
	cost, _ := p.Cost(u)
	return cost
}

func (p Prices) cached() float64     { return orInput(p.Cached, p.Input) }
func (p Prices) cacheWrite() float64 { return orInput(p.CacheWrite, p.Input) }

func orInput(price *float64, input float64) float64 {
	if price == nil {
		return input
	}
	return *price
}
