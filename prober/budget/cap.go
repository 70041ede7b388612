package budget

// Unit is what a cap counts.
type Unit string

// The units. Dollars are counted only for targets with prices.
const (
	InDollars Unit = "dollars"
	InTokens  Unit = "tokens"
)

// Period is how long a cap counts until it begins anew: a day or a month of the calendar.
type Period string

// The periods.
const (
	Day   Period = "day"
	Month Period = "month"
)

// Cap is one of the four that a target or the process can have.
type Cap struct {
	Unit   Unit
	Period Period
}

// capCount is how many there are.
const capCount = 4

// Caps lists them.
func Caps() [capCount]Cap {
	return [capCount]Cap{{InDollars, Day}, {InDollars, Month}, {InTokens, Day}, {InTokens, Month}}
}

// Key is the cap's key in the configuration file: dollars_per_day.
func (c Cap) Key() string { return string(c.Unit) + "_per_" + string(c.Period) }
