package alerts

import (
	"slices"
	"time"

	"github.com/prometheus/common/model"
)

// Groups are all rule groups, records before the alerts that read them.
func Groups(links Links) []Group {
	const minute = model.Duration(time.Minute)
	return slices.Concat(
		sloGroups(),
		regressionGroups(),
		[]Group{
			{Name: "firsttoken-tps", Interval: minute, Rules: tpsRecords()},
			{Name: "firsttoken-saturation", Interval: minute, Rules: saturationRecords()},
			{Name: "firsttoken-prefix-cache", Interval: minute, Rules: cacheRecords()},
			{Name: "firsttoken-engines", Rules: engineRecords()},
			{Name: "firsttoken-gpus", Rules: gpuRecords()},
			{Name: "firsttoken-prober", Rules: proberRecords()},
			alertGroup("firsttoken-alerts-slo", links, sloAlerts()),
			alertGroup("firsttoken-alerts-endpoint", links, endpointAlerts()),
			alertGroup("firsttoken-alerts-engine", links, []alert{kvPressure()}),
			alertGroup("firsttoken-alerts-gpu", links, []alert{gpuDegradation()}),
			alertGroup("firsttoken-alerts-prober", links, proberAlerts()),
		},
	)
}

func endpointAlerts() []alert {
	return []alert{
		targetDown(), noAnswer(), regression(), regressionAfterRevision(), tpsDrop(), saturation(), cacheShortfall(),
		notStreamed(), otherModel(), costDisagreement(), loadShort(),
	}
}

func proberAlerts() []alert {
	return []alert{
		watchdog(), proberDown(), noProbes(), misconfigured(), localFault(), calibrationBounded(), probeBudgetExhausted(),
		proberLagging(), proberUntrustworthy(), targetDoubtful(), configReloadFailed(),
		discoveryFailing(),
	}
}

// Alerts are the alerting rules of all groups.
func Alerts(links Links) []Rule {
	var rules []Rule
	for _, g := range Groups(links) {
		for _, r := range g.Rules {
			if r.Alert != "" {
				rules = append(rules, r)
			}
		}
	}
	return rules
}
