package board

import (
	"log/slog"
	"testing"

	"github.com/prometheus/prometheus/config"
	_ "github.com/prometheus/prometheus/discovery"
)

// TestPrometheusConfiguration: Prometheus itself takes the configuration of deploy/compose.yaml.
func TestPrometheusConfiguration(t *testing.T) {
	c, err := config.LoadFile("../../deploy/prometheus.yml", false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.ScrapeConfigs) != 2 || len(c.RuleFiles) != 1 {
		t.Errorf("%d scrape configurations, %d rule files", len(c.ScrapeConfigs), len(c.RuleFiles))
	}
	for _, s := range c.ScrapeConfigs {
		if s.ScrapeNativeHistograms == nil || !*s.ScrapeNativeHistograms || s.AlwaysScrapeClassicHistograms == nil || !*s.AlwaysScrapeClassicHistograms {
			t.Errorf("%s does not scrape both forms of histograms", s.JobName)
		}
	}
}
