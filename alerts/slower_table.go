package alerts

// WindowLimits are what a level has to exceed in one window of a comparison before it is slower than its own past.
type WindowLimits struct {
	Window Window  `yaml:"window"`
	Ratio  float64 `yaml:"ratio"` // times slower that are worth an alert
	Z      float64 `yaml:"z"`     // of the usual difference between days that are beyond chance
	Peak   float64 `yaml:"peak"`  // times the residual that is exceeded on one day in seven
	Least  float64 `yaml:"least"` // values in the window
}

// Comparison sets the levels of one measure against the target's own past, over several windows. A level is a mean of
// logarithms, or the logarithm of a mean: differences of levels are logarithms of ratios, and more is worse.
type Comparison struct {
	name   string // of its records and groups
	counts string // record of its values by window, without the window
	Rows   []WindowLimits
}

// SlowerTable has one row for each measure. Rules name the rows they read.
type SlowerTable struct{ TTFT, AtEqualLoad, Tail, TPS Comparison }

// Slower is the table of what is compared with its own past. The z of each window was chosen by the false alerts that
// e2e/noise counts: about one in a target's month at most, for each kind of noise and rate of probing. docs/alerting.md
// has what they give on other random numbers.
func Slower() SlowerTable {
	const ttft, tps = "firsttoken_ttft", "firsttoken_output_tokens_per_second"
	return SlowerTable{
		TTFT: Comparison{name: ttft, counts: ttft, Rows: []WindowLimits{
			{Window: "30m", Ratio: 1.25, Z: 4.3, Peak: 1.35, Least: 10},
			{Window: "2h", Ratio: 1.15, Z: 3.8, Peak: 1.35, Least: 15},
			{Window: "6h", Ratio: 1.15, Z: 4, Peak: 1.35, Least: 20},
			{Window: "1d", Ratio: 1.15, Z: 4, Peak: 1.35, Least: 20},
		}},
		AtEqualLoad: Comparison{name: ttft + "_at_load", counts: ttft, Rows: []WindowLimits{
			{Window: "30m", Ratio: 1.25, Z: 5.5, Peak: 1.35, Least: 10},
			{Window: "4h", Ratio: 1.12, Z: 3.6, Peak: 1.2, Least: 20},
			{Window: "12h", Ratio: 1.12, Z: 4.9, Peak: 1.2, Least: 20},
		}},
		Tail: Comparison{name: ttft + "_tail", counts: ttft, Rows: []WindowLimits{
			{Window: "2h", Ratio: 1.1, Z: 7.5, Peak: 1.35, Least: 20},
			{Window: "12h", Ratio: 1.1, Z: 5, Peak: 1.35, Least: 20},
		}},
		TPS: Comparison{name: tps, counts: tps, Rows: []WindowLimits{
			{Window: "30m", Ratio: 1.2, Z: 4.5, Peak: 1.35, Least: 10},
			{Window: "2h", Ratio: 1.12, Z: 4, Peak: 1.35, Least: 15},
			{Window: "6h", Ratio: 1.1, Z: 3.8, Peak: 1.35, Least: 20},
		}},
	}
}

// All lists the rows.
func (t SlowerTable) All() []Comparison { return []Comparison{t.TTFT, t.AtEqualLoad, t.Tail, t.TPS} }

// Doubled are the limits of TTFTDoubled: a step that is large beside every peak. The objective is missed too.
func Doubled() []WindowLimits {
	return []WindowLimits{
		{Window: "30m", Ratio: 1.7, Z: 4, Peak: 1.4, Least: 12},
		{Window: "2h", Ratio: 1.7, Z: 4, Peak: 1.4, Least: 10},
	}
}

// Of the baseline and of what is usual.
const (
	BaselineDays  = 14    // that the baseline can reach back
	BaselineLeast = 3     // days of the same kind that it needs
	PeakQuantile  = 0.85  // of days: an incident in two weeks does not hide the next
	WeekShare     = 0.75  // of a step that the same hour a week ago must lack as well
	LeastSpread   = 0.01  // of a level: 1 %
	FitClip       = 0.2   // a level counts for the fit of latency to load by no more than this beside it
	FitRidge      = 0.001 // variance of ln load below which it explains nothing

	pastWindow  = Window("13d") // of what is usual: with the day before it, as long as the baseline
	fitWindow   = Window("7d")
	slowerFresh = Window("2h") // in which a record of every hour is found
)

// First is the shortest window of those that have the comparison's counts.
func (r Comparison) First() Window { return r.counted().Rows[0].Window }
