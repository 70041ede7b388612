package prober

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// The profiles, in rising order of load.
const (
	ProfileSentinel = "sentinel" // a paid API: one warm session, some 480 requests a day
	ProfileWatch    = "watch"    // a deployment of one's own: about 5 % of what four B200 GPUs carry
	ProfileLoad     = "load"     // a capacity review, up to saturation; must say when it ends
)

// Profiles lists them.
func Profiles() []string { return []string{ProfileSentinel, ProfileWatch, ProfileLoad} }

// SentinelTPM is the load of the sentinel profile in tokens per minute, and the level to which
// back-off may go down on any target: low enough to do no harm, high enough to go on measuring.
const SentinelTPM = 20_000

// DefaultTarget returns a target with everything but its name, URL, API and model. A configuration is
// decoded on top of it. The empty profile is watch; an unknown one is an error.
func DefaultTarget(profile string) (Target, error) {
	if profile == "" {
		profile = ProfileWatch
	}
	t := Target{Endpoint: chat.DefaultEndpoint(), SLOs: defaultSLOs(profile)}
	switch profile {
	case ProfileSentinel:
		t.Load, t.Workload = sentinelLoad(), workload.Sentinel()
	case ProfileWatch:
		t.Load, t.Workload = Load{TokensPerMinute: 125_000, ArrivalShape: 1, MaxInFlight: 8}, workload.Watch()
	case ProfileLoad:
		// In flight: 2.5M TPM is a request every three seconds, and an engine past its knee
		// answers in 20 s or more; a tighter limit would unload it just when it shows.
		t.Load, t.Workload = Load{TokensPerMinute: 2_500_000, ArrivalShape: 1, MaxInFlight: 64}, workload.Load()
		t.FirstTokenTimeout = model.Duration(2 * time.Minute) // past its knee an engine may answer after a minute
	default:
		return Target{}, fmt.Errorf("unknown profile %q: one of %s", profile, strings.Join(Profiles(), ", "))
	}
	t.Load.Profile = profile
	return t, nil
}

// sentinelLoad is one request every three minutes or so. Its arrivals are nearly regular (a gamma
// shape of 16 is a standard deviation of a quarter of the gap) because one session has to be both
// ready and warm at each of them: vendors keep a cached prefix for 5 minutes, and of Poisson gaps
// with a mean of 3 minutes every fifth is longer than that, and every twentieth shorter than 10 s.
//
//	mean 60k tokens / 20k TPM = 180 s, σ 45 s:  P(gap > 300 s) = 1 %,  Poisson: 19 %
func sentinelLoad() Load {
	return Load{TokensPerMinute: SentinelTPM, ArrivalShape: 16, MaxInFlight: 1, MaxSessions: 1}
}

// defaultSLOs are a starting point: what a person with a coding agent calls responsive, for 95
// requests in 100. Prompts of the load profile are two to three times as long, and cold ones among
// them take that much longer.
func defaultSLOs(profile string) map[slo.Name]slo.Objective {
	ttft := 5.0
	if profile == ProfileLoad {
		ttft = 10
	}
	return map[slo.Name]slo.Objective{
		slo.TTFT:         {Ratio: 0.95, Threshold: ttft},
		slo.TPS:          {Ratio: 0.95, Threshold: 20},
		slo.Availability: {Ratio: 0.99},
		slo.Recall:       {Ratio: 0.95},
	}
}
