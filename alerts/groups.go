package alerts

import (
	"slices"
	"time"

	"github.com/prometheus/common/model"
)

// groups are all rule groups, records before the alerts that read them.
func (b builder) groups() []Group {
	const minute = model.Duration(time.Minute)
	return slices.Concat(
		b.sloGroups(),
		b.slowerGroups(),
		[]Group{
			{Name: "firsttoken-saturation", Interval: minute, Rules: b.saturationRecords()},
			{Name: "firsttoken-prefix-cache", Interval: minute, Rules: b.cacheRecords()},
			{Name: "firsttoken-engines", Rules: b.engineRecords()},
			{Name: "firsttoken-gpus", Rules: b.gpuRecords()},
			{Name: "firsttoken-prober", Rules: b.proberRecords()},
			b.alertGroup("firsttoken-alerts-slo", b.sloAlerts()),
			b.alertGroup("firsttoken-alerts-slower", b.slowerAlerts()),
			b.alertGroup("firsttoken-alerts-endpoint", b.endpointAlerts()),
			b.alertGroup("firsttoken-alerts-engine", []alert{b.kvPressure()}),
			b.alertGroup("firsttoken-alerts-gpu", []alert{b.gpuDegradation()}),
			b.alertGroup("firsttoken-alerts-prober", b.proberAlerts()),
		},
	)
}

func (b builder) endpointAlerts() []alert {
	return []alert{
		b.targetDown(), b.noAnswer(), b.saturation(), b.cacheShortfall(),
		b.notStreamed(), b.otherModel(), b.costDisagreement(), b.loadShort(),
	}
}

func (b builder) proberAlerts() []alert {
	return []alert{
		b.watchdog(), b.proberDown(), b.noProbes(), b.misconfigured(), b.localFault(), b.calibrationBounded(), b.probeBudgetExhausted(),
		b.proberLagging(), b.proberUntrustworthy(), b.targetDoubtful(), b.configReloadFailed(),
		b.discoveryFailing(),
	}
}

// Alerts are the alerting rules of all groups.
func Alerts(p Parameters) []Rule { return alertsOf(Groups(p)) }

func alertsOf(groups []Group) []Rule {
	var rules []Rule
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Alert != "" {
				rules = append(rules, r)
			}
		}
	}
	return rules
}
