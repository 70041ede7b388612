package alerts

// Burn is one pair of windows of the error-budget alerts. With ε = 1 − objective the alert fires
// when, over both windows, the share of bad events is above
//
//	min( Factor·ε, max( cap, ε + floor·(1 − ε) ) )
//
// The long window has to exceed it by Wilson's lower bound, the short one plainly, so that the alert
// ends soon after the trouble does. Worked for Factor 14.4, cap 0.35, floor 0.2:
//
//	objective   ε       Factor·ε   ε+floor(1−ε)   threshold
//	99.9 %      0.001   0.0144     0.2008         0.0144    the textbook's
//	99 %        0.01    0.144      0.208          0.144     the textbook's
//	95 %        0.05    0.72       0.24           0.35      the cap
//	75 %        0.25    3.6        0.40           0.40      the Floor: above the budget itself
type Burn struct {
	Long     Window   `yaml:"long"`
	Short    Window   `yaml:"short"`
	Factor   float64  `yaml:"factor"`
	Cap      float64  `yaml:"cap"`   // share of bad events that is always bad enough
	Floor    float64  `yaml:"floor"` // share of what could go wrong beyond the budget, for lenient objectives
	Severity Severity `yaml:"-"`
}

// Limit replaces what it has of a pair's limits.
type Limit struct {
	Factor *float64 `yaml:"factor"`
	Cap    *float64 `yaml:"cap"`
	Floor  *float64 `yaml:"floor"`
}

// Limits are those of one indicator, by the pairs of BurnTable.
type Limits struct {
	Over1h Limit `yaml:"page"`
	Over6h Limit `yaml:"page_slow"`
	Over1d Limit `yaml:"ticket"`
	Over3d Limit `yaml:"ticket_slow"`
}

// all lists the limits in the order of BurnTable.All.
func (l Limits) all() []Limit { return []Limit{l.Over1h, l.Over6h, l.Over1d, l.Over3d} }

// with is the pair with an indicator's own limits.
func (b Burn) with(own Limit) Burn {
	for value, at := range map[*float64]*float64{own.Factor: &b.Factor, own.Cap: &b.Cap, own.Floor: &b.Floor} {
		if value != nil {
			*at = *value
		}
	}
	return b
}

// BurnTable has one row for each pair, named by its long window. Rules and panels name the rows they
// read, so a new row changes nothing that others read.
type BurnTable struct {
	Over1h Burn `yaml:"page"`
	Over6h Burn `yaml:"page_slow"`
	Over1d Burn `yaml:"ticket"`
	Over3d Burn `yaml:"ticket_slow"`
}

// Burns is the table of the error-budget alerts. Factors and windows are those of Google's Site
// Reliability Workbook, chapter 5, for a period of 30 days.
func Burns() BurnTable {
	return BurnTable{
		Over1h: Burn{Long: "1h", Short: "5m", Factor: 14.4, Cap: 0.35, Floor: 0.20, Severity: Page},
		Over6h: Burn{Long: "6h", Short: "30m", Factor: 6, Cap: 0.25, Floor: 0.15, Severity: Page},
		Over1d: Burn{Long: "1d", Short: "2h", Factor: 3, Cap: 0.20, Floor: 0.10, Severity: Ticket},
		Over3d: Burn{Long: "3d", Short: "6h", Factor: 1, Cap: 0.15, Floor: 0, Severity: Ticket},
	}
}

// All lists the rows, fastest first.
func (t BurnTable) All() []Burn { return []Burn{t.Over1h, t.Over6h, t.Over1d, t.Over3d} }

// threshold is the PromQL of the share of bad events above which the pair alerts, by a vector of error budgets. PromQL
// has no minimum of two vectors: (a < b) or b is the smaller one.
func (b Burn) threshold(budget string) string {
	most := fill("clamp_min($floor + $rest * $budget, $cap)", values{
		"floor": number(b.Floor), "rest": number(1 - b.Floor), "budget": budget, "cap": number(b.Cap),
	})
	return fill(`
($factor * $budget < $most)
or
$most`, values{"factor": number(b.Factor), "budget": budget, "most": most})
}
