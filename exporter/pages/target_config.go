package pages

import (
	"net/url"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// targetConfig is the part of a target's configuration that everybody may see. It has no header, no extra field of the
// request and nothing of the HTTP client: keys stand in any of these.
type targetConfig struct {
	Name            string                       `json:"name"`
	URL             string                       `json:"url"` // without user, password and query
	API             string                       `json:"api"`
	Model           string                       `json:"model"`
	Engine          string                       `json:"engine,omitempty"`
	Region          string                       `json:"region,omitempty"`
	Tier            string                       `json:"tier,omitempty"`
	Labels          map[string]string            `json:"labels,omitempty"`
	Profile         string                       `json:"profile,omitempty"`
	TokensPerMinute float64                      `json:"tokens_per_minute,omitempty"`
	MaxInFlight     int                          `json:"max_in_flight,omitempty"`
	Until           time.Time                    `json:"until,omitzero"`
	Timeout         string                       `json:"timeout,omitempty"`
	SLOs            map[slo.Name]objectiveConfig `json:"slos,omitempty"`
}

// objectiveConfig is a configured objective.
type objectiveConfig struct {
	Ratio     float64 `json:"ratio"`               // share of events that must be good
	Threshold float64 `json:"threshold,omitempty"` // seconds for ttft, tokens per second for tps
}

func configOf(t prober.Target) targetConfig {
	objectives := make(map[slo.Name]objectiveConfig, len(t.SLOs))
	for name, o := range t.SLOs {
		objectives[name] = objectiveConfig(o)
	}
	return targetConfig{
		Name: t.Name, URL: bare(t.URL), API: string(t.API), Model: t.Model,
		Engine: t.Engine, Region: t.Region, Tier: t.Tier, Labels: t.Labels,
		Profile: t.Load.Profile, TokensPerMinute: t.Load.TokensPerMinute,
		MaxInFlight: t.Load.MaxInFlight, Until: t.Load.Until,
		Timeout: t.Timeout.String(), SLOs: objectives,
	}
}

// bare is a URL without the parts in which people put keys.
func bare(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
