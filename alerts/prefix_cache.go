package alerts

import "time"

// Of the prefix-cache alert.
const (
	cacheWindow = Window("30m")
	cacheRatio  = 0.7 // cached tokens reported, of those that a healthy cache would have had
	cacheTokens = 500_000
	cacheFor    = 15 * time.Minute
)

// Records by target.
const (
	cacheRecord         = "target:firsttoken_prefix_cache_reported_expected:ratio" + string(cacheWindow)
	cacheExpectedRecord = "target:firsttoken_expected_cached_tokens:increase" + string(cacheWindow)
	cacheReportedRecord = "target:firsttoken_input_cached_tokens:increase" + string(cacheWindow)
)

const cachedTokens = `firsttoken_tokens_total{kind="input_cached"}`

func (b builder) cacheRecords() []Rule {
	return []Rule{
		record(cacheReportedRecord, increase(b.byTarget, cachedTokens, cacheWindow)),
		record(cacheExpectedRecord, increase(b.byTarget, "firsttoken_expected_cached_tokens_total", cacheWindow)),
		record(cacheRecord, cacheReportedRecord+" / ("+cacheExpectedRecord+" > 0)"),
	}
}

func (b builder) cacheShortfall() alert {
	return alert{
		name: "PrefixCacheShortfall", severity: Warning, component: endpoint,
		// A target that reported no cached token in a day does not report them at all, or has no cache.
		expr: b.fill(`
$cache < $ratio
and
  $expected >= $enough
and
  $reported > 0`, values{
			"cache": cacheRecord, "ratio": number(cacheRatio),
			"expected": cacheExpectedRecord, "enough": number(cacheTokens),
			"reported": increase(b.byTarget, cachedTokens, "1d"),
		}),
		wait: cacheFor, keep: burnKeep,
		summary: "{{ $labels.target }} recomputes prompts that its prefix cache should hold",
		details: "Of the tokens that a healthy prefix cache would have served in " + string(cacheWindow) +
			", {{ $value | humanizePercentage }} were reported as cached. Expected: " +
			lookup(cacheExpectedRecord, "humanize", b.byTarget) + " tokens. KV cache in use: " +
			lookup(KVRecord, "humanizePercentage", b.byEngine) + ".",
		by: b.byTarget, before: 6 * time.Hour,
		action:    "If the KV cache is full, add capacity; if not, look at the router's session affinity (session_headers).",
		dashboard: endpointDashboard,
	}
}
