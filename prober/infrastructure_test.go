package prober

import "testing"

func TestInfrastructure(t *testing.T) {
	t.Parallel()
	pages := func(urls ...string) Infrastructure { return Infrastructure{EngineMetrics: urls} }
	for _, c := range []struct {
		name string
		s    Infrastructure
		want string // "" is valid
	}{
		{"none", Infrastructure{}, ""},
		{"a node and a GPU", Infrastructure{GPUs: []string{"node1", "GPU-1"}}, ""},
		{"no GPU", Infrastructure{GPUs: []string{"node1", " "}}, "gpus[1]: is empty"},
		{"a GPU twice", Infrastructure{GPUs: []string{"GPU-1", "GPU-2", "GPU-1"}}, `gpus[2]: "GPU-1" is there twice`},
		{"pages", pages("http://vllm:8000/metrics", "https://[::1]/m?model=kimi&part=1"), ""},
		{
			"a page of the other kind",
			Infrastructure{DCGMMetrics: []string{"dcgm:9400/metrics"}},
			"dcgm_metrics[0]: must begin with http:// or https://",
		},
		{ // an agent that gathers
			"one page for both",
			Infrastructure{EngineMetrics: []string{"http://h/metrics"}, DCGMMetrics: []string{"http://h/metrics"}},
			"",
		},
		{"no page", pages(""), "engine_metrics[0]: is empty"},
		{"scheme only in looks", pages("localhost:8000/metrics"), "engine_metrics[0]: must begin with http:// or https://"},
		{"no host", pages("http:///metrics"), "engine_metrics[0]: has no host"},
		{"no URL", pages("http://a b:p/"), "engine_metrics[0]: cannot be read; want something like http://vllm:8000/metrics"},
		{ // /sd/engines is open to all
			"a key in it", pages("http://u:hunter2@h/metrics"),
			"engine_metrics[0]: must not hold credentials; they belong in Prometheus' scrape configuration",
		},
		{ // Prometheus would scrape it once
			"twice", pages("http://h/a", "http://h/b", "http://h/a"), "engine_metrics[2]: is there twice",
		},
		{"fragment", pages("http://h/metrics#gpu"), "engine_metrics[0]: must not have a fragment"},
		{"broken query", pages("http://h/metrics?a=%zz"), "engine_metrics[0]: has a query that cannot be read"},
		{
			"parameter twice", pages("http://h/federate?match=a&match=b"),
			"engine_metrics[0]: has a parameter twice, and Prometheus takes one value of each",
		},
		{
			"parameter that is no label", pages("http://h/federate?match[]=a"),
			"engine_metrics[0]: has a parameter whose name Prometheus cannot take: only letters, digits and _ are allowed",
		},
		{
			"parameter that is no text", pages("http://h/metrics?a=%ff"),
			"engine_metrics[0]: has a parameter whose value is not UTF-8",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			errs := c.s.Validate()
			if c.want == "" && len(errs) > 0 {
				t.Errorf("%v, want no errors", errs)
			}
			if c.want != "" && (len(errs) != 1 || errs[0].Error() != c.want) {
				t.Errorf("%v, want one: %q", errs, c.want)
			}
		})
	}
}

// A target's Validate finds them too.
func TestTargetsInfrastructure(t *testing.T) {
	t.Parallel()
	target := example("t", ProfileWatch)
	target.GPUs = []string{""}
	if errs := target.Validate(); len(errs) != 1 || errs[0].Error() != "gpus[0]: is empty" {
		t.Errorf("%v", errs)
	}
}
