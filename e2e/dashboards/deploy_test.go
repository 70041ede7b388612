package dashboards

import (
	"log/slog"
	"testing"

	"github.com/prometheus/prometheus/config"
	_ "github.com/prometheus/prometheus/discovery"
)

// TestPrometheusConfiguration: Prometheus itself accepts the configuration of deploy/compose.yaml.
func TestPrometheusConfiguration(t *testing.T) {
	c, err := config.LoadFile("../../deploy/prometheus.yml", false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.ScrapeConfigs) != 2 || len(c.RuleFiles) != 1 {
		t.Errorf("%d scrape configurations, %d rule files", len(c.ScrapeConfigs), len(c.RuleFiles))
	}
	isTrue := func(b *bool) bool { return b != nil && *b }
	for _, s := range c.ScrapeConfigs {
		if !isTrue(s.ScrapeNativeHistograms) || !isTrue(s.AlwaysScrapeClassicHistograms) {
			t.Errorf("%s does not scrape both forms of histograms", s.JobName)
		}
	}
}
