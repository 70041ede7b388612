// Package alerts builds the recording and alerting rules of firsttoken from tables of windows and from
// constants, so that rules, dashboards and documents cannot disagree about a window or a threshold. It
// knows metric names and PromQL; it does not know how metrics are made, and it evaluates nothing.
//
// What the generator writes is committed beside it: firsttoken.rules.yml for a Prometheus server's
// rule_files, and prometheusrule.yml for the Prometheus operator, with the same groups.
//
// # Conventions
//
// Every firsttoken rule aggregates by the labels of Parameters.Aggregation and target (and slo, or cache and context)
// and so drops instance and pod: a prober that restarts under a new address continues its own series. Probers in two
// regions that watch a target of the same name need labels that differ, or their events add up.
//
// A rule must not take these labels from firsttoken_target_info: its own label region is that of the target, and no
// other series has it unless Prometheus adds it. Where a rule needs to know that a target exists, it reads
// firsttoken_consecutive_failures, which every target has from its start.
//
// What depends on the parameters is a method of builder, which has the lists of labels by name: b.fill replaces
// $byTarget in an expression, lookup and each take b.byTarget, and a join says on ($byTarget).
//
// Recording rules are named level:metric:operation; the level names the labels that are left, except those of
// Parameters.Aggregation. No rule reads a histogram's bucket or quantile: a server that ingests native histograms has
// no _bucket, _sum or _count, so a rule that needs a mean reads both forms.
//
// # Arithmetic
//
// An error-budget burn at 14.4 times the budget, the usual page, cannot happen to an objective of
// 93 % or less, since no more than everything can be bad: 14.4 × 0.07 > 1. Many latency objectives are
// that low. Thresholds are therefore capped (see Burn), and the long window has to exceed them by
// Wilson's lower bound, so that three bad probes of five at night do not page. The same bound in Go
// is stat.WilsonLower. What is slower than its own past is found by a Comparison: residuals from the
// same time on other days, in units of how they usually differ. The same in Go is e2e/noise.
package alerts

//go:generate go run ./generate
