// Package metrics turns events into Prometheus series: which series there are, what each of them counts, and when. A
// family of series of a target is one row of a table; see row. The definitions of latencies and rates are methods of
// prober.Result, and nothing here measures anything.
package metrics
