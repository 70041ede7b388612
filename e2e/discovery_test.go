package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	sdhttp "github.com/prometheus/prometheus/discovery/http"
	"github.com/prometheus/prometheus/discovery/targetgroup"

	"github.com/firsttoken/firsttoken/exporter/pages"
	"github.com/firsttoken/firsttoken/prober"
)

// TestDiscovery lets Prometheus' own discovery read exporter's list, with the scrape job of docs/discovery.md, and
// Prometheus' own scraper read the pages that it finds.
func TestDiscovery(t *testing.T) {
	engine := page(t, "/kimi k2/metrics", "part=1", `vllm:num_requests_waiting{engine="0",target="its own"} 7`)
	gpus := page(t, "/metrics", "", `DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="GPU-1",Hostname="n1"} 61`)
	kimi := prober.Target{Name: "kimi", Engine: "vllm", Infrastructure: prober.Infrastructure{
		EngineMetrics: []string{engine + "/kimi%20k2/metrics?part=1"}, DCGMMetrics: []string{gpus},
	}}
	own := httptest.NewServer(pages.NewHandler(pages.Options{
		Gatherer: prometheus.NewRegistry(), Ready: func() bool { return true },
		Targets: func() []prober.Target { return []prober.Target{kimi} },
	}))
	t.Cleanup(own.Close)

	job := documentedJob(t, own.URL)
	s := serve(t)
	scrapeTargets(t, s, job, find(t, job))
	address := func(url string) string { return strings.TrimPrefix(url, "http://") }
	await(t, s, `vllm:num_requests_waiting{job="engines", role="engine", target="kimi", exported_target="its own", `+
		`engine="0", instance="`+address(engine)+`"} == 7`)
	await(t, s, `DCGM_FI_DEV_GPU_TEMP{job="engines", role="dcgm", target="kimi", `+
		`gpu="0", UUID="GPU-1", instance="`+address(gpus)+`"} == 61`)
}

// page serves one line of text at a path with a query, and 404 elsewhere.
func page(t *testing.T, path, query, line string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path || r.URL.RawQuery != query {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = io.WriteString(w, line+"\n")
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// examples are the configurations of Prometheus in docs/discovery.md.
func examples(t *testing.T) []string {
	t.Helper()
	doc, err := os.ReadFile("../docs/discovery.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, block := range strings.Split(string(doc), "```yaml\n# prometheus.yml\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		all = append(all, text)
	}
	return all
}

// documentedJob is the job of the first example, with the address of the test and a short scrape interval.
func documentedJob(t *testing.T, url string) *config.Config {
	t.Helper()
	all := examples(t)
	for _, text := range all {
		if _, err := config.Load(text, nil); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	text := strings.ReplaceAll(all[0], "http://firsttoken:9977", url)
	c, err := config.Load("global: {scrape_interval: 1s, scrape_timeout: 1s}\n"+text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// find asks the discovery of the job engines once.
func find(t *testing.T, c *config.Config) map[string][]*targetgroup.Group {
	t.Helper()
	for _, job := range c.ScrapeConfigs {
		if job.JobName != "engines" {
			continue
		}
		sd, ok := job.ServiceDiscoveryConfigs[0].(*sdhttp.SDConfig)
		if !ok {
			t.Fatalf("%T", job.ServiceDiscoveryConfigs[0])
		}
		registry := prometheus.NewRegistry()
		metrics := sd.NewDiscovererMetrics(registry, discovery.NewRefreshMetrics(registry))
		d, err := sdhttp.NewDiscovery(sd, discovery.DiscovererOptions{Metrics: metrics})
		if err != nil {
			t.Fatal(err)
		}
		groups, err := d.Refresh(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(groups) != 2 {
			t.Fatalf("%d pages were found, want 2", len(groups))
		}
		return map[string][]*targetgroup.Group{"engines": groups}
	}
	t.Fatal("there is no job engines")
	return nil
}
