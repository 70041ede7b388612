package workload

// Load is the full coding session, 45k to 200k tokens.
func Load() Shape { return Default() }

// Watch keeps to the lower end of a session, 45k to 80k tokens with a mean near 60k: twice the
// requests for the same tokens, and so twice the samples.
func Watch() Shape {
	s := Default()
	s.Limit = 80_000
	s.Compaction.Summary = LogNormal{Median: 25_000, Sigma: 0.15, Min: 20_000, Max: 35_000}
	return s
}

// Sentinel is Watch with an agent that hardly pauses and a person who never goes away. Its one session
// is nearly always ready when a slot is due, so the schedule alone decides how often it sends.
func Sentinel() Shape {
	s := Watch()
	s.ToolPause = Pauses{Median: seconds(1), Sigma: 1.0, Min: seconds(0.5), Max: seconds(10)}
	s.HumanPause = s.ToolPause
	s.IdleShare = 0
	return s
}
