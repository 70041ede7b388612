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
		[]Group{{Name: "firsttoken-engines", Rules: b.engineRecords()}},
		b.slowerGroups(),
		[]Group{
			{Name: "firsttoken-saturation", Interval: minute, Rules: b.saturationRecords()},
			{Name: "firsttoken-prefix-cache", Interval: minute, Rules: b.cacheRecords()},
			{Name: "firsttoken-gpus", Rules: b.gpuRecords()},
			{Name: "firsttoken-prober", Rules: b.proberRecords()},
			b.alertGroup("firsttoken-alerts-slo", b.unlessRemoved(b.sloAlerts())),
			b.alertGroup("firsttoken-alerts-slower", b.unlessRemoved(b.slowerAlerts())),
			b.alertGroup("firsttoken-alerts-endpoint", b.unlessRemoved(b.endpointAlerts())),
			b.alertGroup("firsttoken-alerts-engine", []alert{b.kvPressure(), b.engineMetricsGone()}),
			b.alertGroup("firsttoken-alerts-gpu", b.gpuAlerts()),
			b.alertGroup("firsttoken-alerts-prober", slices.Concat(b.proberAlerts(), b.unlessRemoved(b.blindAlerts()))),
		},
	)
}

func (b builder) endpointAlerts() []alert {
	return []alert{
		b.targetDown(), b.noAnswer(), b.saturation(), b.cacheShortfall(),
		b.notStreamed(), b.otherModel(), b.costDisagreement(), b.loadShort(),
		b.loadNotAchieved(), b.throttled(), b.offDialect(), b.certificateExpiring(), b.certificateExpiresSoon(),
	}
}

func (b builder) proberAlerts() []alert {
	return []alert{
		b.watchdog(), b.proberDown(), b.replicasDisagree(), b.localFault(),
		b.proberLagging(), b.proberUntrustworthy(), b.targetDoubtful(), b.configReloadFailed(),
		b.discoveryFailing(),
		b.configurationsDiffer(), b.resultsLost(),
	}
}

func (b builder) gpuAlerts() []alert {
	return []alert{b.gpuDegradation(), b.gpuLost(), b.gpuTelemetryDown(), b.gpuHardwareError()}
}

// blindAlerts are about targets that are not being watched.
func (b builder) blindAlerts() []alert {
	return []alert{b.noProbes(), b.misconfigured(), b.calibrationBounded(), b.probeBudgetExhausted()}
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
