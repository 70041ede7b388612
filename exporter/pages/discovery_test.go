package pages

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/prober"
)

// listed is the page with the given targets.
func listed(t *testing.T, targets ...prober.Target) string {
	t.Helper()
	h := newTestHandler(t, func(o *Options) { o.Targets = func() []prober.Target { return targets } })
	status, body, header := ask(h, "GET", "/sd/engines", "application/json")
	if status != 200 || header.Get("Content-Type") != "application/json" {
		t.Errorf("%d, %s", status, header.Get("Content-Type")) // Prometheus takes no other type than this one
	}
	return body
}

func behind(name string, s prober.Infrastructure) prober.Target {
	return prober.Target{Name: name, Engine: "vllm", Infrastructure: s}
}

func TestDiscovery(t *testing.T) {
	kimi := behind("kimi", prober.Infrastructure{
		EngineMetrics: []string{"http://vllm-1:8000/metrics", "https://vllm-2/kimi%20k2/metrics?part=1&all=a%26b"},
		DCGMMetrics:   []string{"http://[fd00::7]:9400"},
	})
	shared := prober.Infrastructure{EngineMetrics: []string{"http://vllm-1:8000/metrics"}} // an engine of two targets
	apart := behind("apart", shared)
	apart.Engine = ""
	got := listed(t, kimi, behind("nothing", prober.Infrastructure{GPUs: []string{"node1"}}), apart)
	const want = `[
  {
    "targets": [
      "vllm-1:8000"
    ],
    "labels": {
      "__metrics_path__": "/metrics",
      "__scheme__": "http",
      "role": "engine",
      "target": "apart"
    }
  },
  {
    "targets": [
      "vllm-1:8000"
    ],
    "labels": {
      "__meta_firsttoken_engine": "vllm",
      "__metrics_path__": "/metrics",
      "__scheme__": "http",
      "role": "engine",
      "target": "kimi"
    }
  },
  {
    "targets": [
      "vllm-2:443"
    ],
    "labels": {
      "__meta_firsttoken_engine": "vllm",
      "__metrics_path__": "/kimi k2/metrics",
      "__param_all": "a&b",
      "__param_part": "1",
      "__scheme__": "https",
      "role": "engine",
      "target": "kimi"
    }
  },
  {
    "targets": [
      "[fd00::7]:9400"
    ],
    "labels": {
      "__meta_firsttoken_engine": "vllm",
      "__metrics_path__": "/metrics",
      "__scheme__": "http",
      "role": "dcgm",
      "target": "kimi"
    }
  }
]
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A list of nothing is a list: null would be an error to Prometheus.
func TestDiscoversNothing(t *testing.T) {
	if got := listed(t); got != "[]\n" {
		t.Errorf("no targets: %q", got)
	}
	if _, got, _ := ask(newTestHandler(t, asIs), "GET", "/sd/engines", "*/*"); got != "[]\n" {
		t.Errorf("without a list of targets: %q", got)
	}
}

// Prometheus keeps the list that it has when it is refused one.
func TestDiscoveryIsRefusedInShutdown(t *testing.T) {
	h := newTestHandler(t, func(o *Options) { o.Ready = func() bool { return false } })
	if status, body, _ := ask(h, "GET", "/sd/engines", "*/*"); status != 503 {
		t.Errorf("%d: %s", status, body)
	}
}

// Two pages behind one host and port are two instances; the first keeps its name when others come.
func TestInstancesAreDistinct(t *testing.T) {
	body := listed(t, behind("a", prober.Infrastructure{
		EngineMetrics: []string{"http://h/0/metrics", "http://h:80/1/metrics?x=1", "http://h:81/metrics"},
		DCGMMetrics:   []string{"http://h/metrics"},
	}))
	var groups []scrapeGroup
	if err := json.Unmarshal([]byte(body), &groups); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range groups {
		got = append(got, g.Labels["role"]+" "+g.Labels["instance"])
	}
	if want := "engine |engine h:80/1/metrics?x=1|engine |dcgm "; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLandingLinksDiscovery(t *testing.T) {
	_, body, _ := ask(newTestHandler(t, asIs), "GET", "/", "text/html")
	if !strings.Contains(body, `<a href="sd/engines">`) {
		t.Error("no link")
	}
}
