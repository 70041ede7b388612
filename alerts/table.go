package alerts

import (
	"time"

	"github.com/firsttoken/firsttoken/prober/slo"
)

// Severity says who is woken.
type Severity string

const (
	Page    Severity = "page"    // a person, now
	Ticket  Severity = "ticket"  // a person, this week
	Warning Severity = "warning" // whoever looks; context for a page
	None    Severity = "none"    // nobody: the watchdog and what only inhibits
)

// Component is what the alert is about.
type Component string

const (
	Endpoint Component = "endpoint" // what users of the target feel
	Engine   Component = "engine"   // the inference engine behind it, by its own metrics
	GPU      Component = "gpu"      // the GPUs below that
	Prober   Component = "prober"   // ourselves: numbers are missing or doubtful
)

// Window is a range as PromQL writes it, of one unit: 5m, 6h, 3d.
type Window string

// Duration of the window; false when it is not a number of m, h or d.
func (w Window) Duration() (time.Duration, bool) {
	if len(w) < 2 {
		return 0, false
	}
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[w[len(w)-1]]
	n := time.Duration(0)
	for _, c := range []byte(w[:len(w)-1]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + time.Duration(c-'0')
	}
	return n * unit, n > 0 && unit > 0
}

// Burn is one pair of windows of the error-budget alerts. With ε = 1 − objective the alert fires
// when, over both windows, the share of bad events is above
//
//	min( Factor·ε, max( Cap, ε + Floor·(1 − ε) ) )
//
// the long window by Wilson's lower bound, the short one plainly, so that it ends soon after the
// trouble does. Worked for Factor 14.4, Cap 0.35, Floor 0.2:
//
//	objective   ε       Factor·ε   ε+Floor(1−ε)   threshold
//	99.9 %      0.001   0.0144     0.2008         0.0144    the textbook's
//	99 %        0.01    0.144      0.208          0.144     the textbook's
//	95 %        0.05    0.72       0.24           0.35      the cap
//	75 %        0.25    3.6        0.40           0.40      the floor: above the budget itself
type Burn struct {
	Long, Short Window
	Factor      float64
	Cap         float64 // share of bad events that is always bad enough
	Floor       float64 // share of what could go wrong beyond the budget, for lenient objectives
	Severity    Severity
}

// Burns lists the pairs, fastest first. Factors and windows are those of Google's Site Reliability
// Workbook, chapter 5, for a period of 30 days.
func Burns() []Burn {
	return []Burn{
		{Long: "1h", Short: "5m", Factor: 14.4, Cap: 0.35, Floor: 0.20, Severity: Page},
		{Long: "6h", Short: "30m", Factor: 6, Cap: 0.25, Floor: 0.15, Severity: Page},
		{Long: "1d", Short: "2h", Factor: 3, Cap: 0.20, Floor: 0.10, Severity: Ticket},
		{Long: "3d", Short: "6h", Factor: 1, Cap: 0.15, Floor: 0, Severity: Ticket},
	}
}

// Confidence and period of the error-budget alerts.
const (
	WilsonZ          = slo.Z95       // one-sided 95 %
	BudgetPeriod     = Window("30d") // over which an objective is promised
	BudgetStep       = Window("10m") // of which the period is summed up
	BudgetMinimumBad = 5             // the budget has to amount to this many bad events before it can be spent
	BurnBad          = 3             // bad events in the long window, at least: one failure of the first probe proves nothing
	BurnFor          = 2 * time.Minute
	BurnKeep         = 10 * time.Minute
)

// Regression is one window of the TTFT regression alert: the geometric mean TTFT of the window
// against that of a baseline, the same part of the day yesterday and a week ago.
//
//	     a week ago             yesterday                           now
//	───────[=====]────────────────[=====]─────────────────────────[==]
//	     Offset+6d               Offset                          Window
//	       Base                   Base
type Regression struct {
	Window   Window
	Base     Baseline
	Slowdown float64 // ratio of geometric means that is worth a word
}

// Baseline is a range that ends Offset ago, and the same range six days earlier.
type Baseline struct {
	Range, Offset, WeekOffset Window
}

// Name is the baseline's part of a record's name.
func (b Baseline) Name() string { return "base" + string(b.Range) }

// Regressions lists the windows. With σ(ln TTFT) = 0.6 and DesignEffect 2 a slowdown of 1.5 needs
// about 30 TTFTs at even odds, 1.2 about 210: the long windows are for few probes and small steps.
func Regressions() []Regression {
	sameHours := Baseline{Range: "8h", Offset: "20h", WeekOffset: "164h"}
	wholeDay := Baseline{Range: "1d", Offset: "1d", WeekOffset: "7d"}
	return []Regression{
		{"30m", sameHours, 1.25},
		{"2h", sameHours, 1.15},
		{"6h", sameHours, 1.15},
		{"1d", wholeDay, 1.15},
	}
}

// DesignEffect is how many TTFTs are worth one independent TTFT (see slo.Welch), for n of them in a
// window: neighbours in one queue are alike, and the more of them are asked for in a minute, the more.
// Without this a busy target would raise an alert at every wave of its load.
//
//	requests a minute   0.33   1   2   5   20
//	design effect       2      2   4   10  40
func DesignEffect(n float64, w Window) float64 {
	d, ok := w.Duration()
	if !ok {
		return LeastDesignEffect
	}
	return max(LeastDesignEffect, n*QueueMemory.Seconds()/d.Seconds())
}

// Of the regression alerts.
const (
	LeastDesignEffect = 2.0
	QueueMemory       = 2 * time.Minute // within which TTFTs say the same
	WelchZ            = 3.09            // one-sided 1 in 1,000
	RegressionN       = 20              // TTFTs in the window
	BaselineN         = 100             // TTFTs in the baseline
	RegressionFor     = 10 * time.Minute
	RevisionZ         = 2.33 // one-sided 1 in 100: a change of the model is a reason to look closer
	RevisionRatio     = 1.10
	RevisionRecent    = Window("2h")
	RevisionFor       = 5 * time.Minute
	TPSRatio          = 0.75 // of the same hours yesterday and last week
	TPSN              = 20
	TPSFor            = 10 * time.Minute
	SaturationR       = 0.7 // Pearson's correlation of ln(TTFT) with tokens per minute
	SaturationRatio   = 1.5 // TTFT against the fastest fifth of the day
	SaturationFor     = 15 * time.Minute
)

// Of the target, its prefix cache, engine and GPUs.
const (
	DownFailures    = 5 // in a row: at 10 % of failures by chance, once in 70 days at one probe a minute
	DownSilence     = 120 * time.Second
	CacheRatio      = 0.7 // cached tokens reported, of those that a healthy cache would have had
	CacheTokens     = 500_000
	CacheFor        = 15 * time.Minute
	KVRatio         = 0.95
	KVFor           = 10 * time.Minute
	GPUFor          = 2 * time.Minute
	GPUKeep         = 10 * time.Minute
	GPUTTFTRatio    = 1.25 // slowdown of the target that makes a GPU's trouble its users'
	ThrottleRatio   = 0.01 // of the time with clocks lowered by heat or the power brake
	StragglerSpread = 0.2  // between the busiest and the idlest GPU of a node
	ScheduleLag     = 100 * time.Millisecond
	ReceiveLag      = 20 * time.Millisecond
	LagFor          = 2 * time.Minute
	DoubtKeep       = 15 * time.Minute // longer than the short window of a page remembers
	ProberDownFor   = 5 * time.Minute
	NoProbesWindow  = Window("30m")
	NoProbesFor     = 10 * time.Minute
	BlindWindow     = Window("15m")
	BlindFor        = 5 * time.Minute
	ReloadFor       = 5 * time.Minute
)
