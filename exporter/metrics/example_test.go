package metrics_test

import (
	"fmt"
	"log"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// The series of a target exist at zero from its start, count its results, and go when it stops.
func ExampleNewTargets() {
	registry := prometheus.NewRegistry()
	targets, err := metrics.NewTargets(registry, metrics.Options{})
	if err != nil {
		log.Fatal(err)
	}
	targets.Observe(prober.Started{Target: prober.Target{Name: "kimi"}})
	show(registry, "firsttoken_consecutive_failures")
	targets.Observe(prober.Result{Target: "kimi", Exchange: chat.Exchange{Outcome: chat.Refused}})
	targets.Observe(prober.Result{Target: "kimi", Exchange: chat.Exchange{Outcome: chat.Stalled}})
	show(registry, "firsttoken_consecutive_failures")
	targets.Observe(prober.Stopped{Target: "kimi"})
	show(registry, "firsttoken_consecutive_failures")

	// Output:
	// 1 series
	// firsttoken_consecutive_failures of kimi is 0
	// 1 series
	// firsttoken_consecutive_failures of kimi is 2
	// 0 series
}

func show(registry *prometheus.Registry, name string) {
	families, err := registry.Gather()
	if err != nil {
		log.Fatal(err)
	}
	var found []string
	for _, f := range families {
		for _, m := range f.Metric {
			if f.GetName() == name {
				found = append(found, fmt.Sprintf("%s of %s is %g", name, m.Label[0].GetValue(), m.GetGauge().GetValue()))
			}
		}
	}
	fmt.Println(len(found), "series")
	for _, line := range found {
		fmt.Println(line)
	}
}
