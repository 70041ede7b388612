package budget

// Defaults are multiples of what a load is expected to use. One bad day may use three times as much,
// a month twice: three bad days in every four are more than bad luck.
const (
	dayMultiple   = 3.0
	monthMultiple = 2.0
	monthDays     = 31.0
	leastRequests = 10.0 // a default lets at least so many requests go out, each at its worst case
)

// Expected is what a load is expected to use.
type Expected struct {
	Dollars float64 // a day, with a prefix cache that works; 0 for a target without prices
	Tokens  float64 // a day
	Worst   Amount  // the most that one request may use
}

// Or fills in the caps that are not set:
//
//	a day     3 × the expected day
//	a month   2 × 31 expected days, or 31 × the cap of a day where that was set
//
// A target without prices has no cap in dollars: its requests count as free.
func (l Limits) Or(e Expected) Limits {
	worst := e.Worst.Money.Dollars()
	l.DollarsPerDay, l.DollarsPerMonth = or(l.DollarsPerDay, l.DollarsPerMonth, e.Dollars, worst)
	l.TokensPerDay, l.TokensPerMonth = or(l.TokensPerDay, l.TokensPerMonth, e.Tokens, float64(e.Worst.Tokens))
	return l
}

func or(day, month Limit, expected, worst float64) (Limit, Limit) {
	if expected <= 0 && worst <= 0 {
		return day, month // requests are free
	}
	least := leastRequests * worst
	monthly := max(monthMultiple*monthDays*expected, least)
	if day != 0 {
		monthly = monthDays * float64(day)
	}
	return orElse(day, max(dayMultiple*expected, least)), orElse(month, monthly)
}

func orElse(l Limit, otherwise float64) Limit {
	if l == 0 {
		return Limit(otherwise)
	}
	return l
}

// OrSum fills in the caps of the process that are not set: the sums of its targets' caps. They bind
// where a target that was renamed begins anew. One target whose cap was lifted lifts that of the process.
func (l Limits) OrSum(targets []Limits) Limits {
	var total Limits
	for _, t := range targets {
		total.DollarsPerDay += t.DollarsPerDay
		total.DollarsPerMonth += t.DollarsPerMonth
		total.TokensPerDay += t.TokensPerDay
		total.TokensPerMonth += t.TokensPerMonth
	}
	l.DollarsPerDay = orElse(l.DollarsPerDay, float64(total.DollarsPerDay))
	l.DollarsPerMonth = orElse(l.DollarsPerMonth, float64(total.DollarsPerMonth))
	l.TokensPerDay = orElse(l.TokensPerDay, float64(total.TokensPerDay))
	l.TokensPerMonth = orElse(l.TokensPerMonth, float64(total.TokensPerMonth))
	return l
}
