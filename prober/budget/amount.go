package budget

import "math"

// Money is dollars in billionths, so that sums are exact: the cheapest prices there are, cents for a
// million tokens, still make tens of units a token.
type Money int64

const dollar = 1e9

// Dollars rounds up, because a cost must not get lost in rounding. What is not a number, or negative,
// costs nothing; what is too large costs all that there is.
func Dollars(d float64) Money { return Money(units(d, dollar)) }

// Price of that many tokens at dollars per million.
func Price(tokens int64, perMillion float64) Money {
	return Money(units(float64(max(0, tokens))*max(0, perMillion), dollar/1e6))
}

// Dollars is the sum in dollars.
func (m Money) Dollars() float64 { return float64(m) / dollar }

// Amount is what a request may cost, or did.
type Amount struct {
	Money  Money
	Tokens int64 // of input, cached or not, and of output
}

// Plus adds, and stays at the largest sum that can be written.
func (a Amount) Plus(b Amount) Amount {
	return Amount{Money(sum(int64(a.Money), int64(b.Money))), sum(a.Tokens, b.Tokens)}
}

// Covers reports whether the amount is enough for another.
func (a Amount) Covers(b Amount) bool { return a.Money >= b.Money && a.Tokens >= b.Tokens }

// minus never falls below nothing.
func (a Amount) minus(b Amount) Amount {
	return Amount{max(0, a.Money-b.Money), max(0, a.Tokens-b.Tokens)}
}

// positive is the amount without what would pay money back.
func (a Amount) positive() Amount { return Amount{max(0, a.Money), max(0, a.Tokens)} }

// in is the amount in whole units: billionths of a dollar, or tokens.
func (a Amount) in(u Unit) int64 {
	if u == InDollars {
		return int64(a.Money)
	}
	return a.Tokens
}

// sum of two numbers of zero or more.
func sum(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// units is v·scale as a whole number, rounded up.
func units(v, scale float64) int64 {
	v = math.Ceil(v * scale)
	switch {
	case math.IsNaN(v) || v <= 0:
		return 0
	case v >= math.MaxInt64:
		return math.MaxInt64
	}
	return int64(v)
}
