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

func (p Prices) cached() float64     { return orInput(p.Cached, p.Input) }
func (p Prices) cacheWrite() float64 { return orInput(p.CacheWrite, p.Input) }

func orInput(price *float64, input float64) float64 {
	if price == nil {
		return input
	}
	return *price
}
