package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/screen"
	"github.com/firsttoken/firsttoken/internal/simulator"
)

// demoIncident is something that goes wrong in the demo, in words.
type demoIncident struct {
	what  string
	fault simulator.Incident
}

// incidentLength is long enough for an objective to burn, and for the engine to be well again a minute later.
const incidentLength = 45 * time.Second

// demoIncidentTable has the incidents in their order, one for each objective that is shown: ttft, tps, availability.
func demoIncidentTable() []demoIncident {
	return []demoIncident{
		{"the prefix cache never hits", simulator.Incident{Engine: "together", Kind: simulator.NoCache}},
		{"decoding takes 8 times as long", simulator.Incident{Engine: "sglang", Kind: simulator.SlowDecode, Factor: 8}},
		{"4 in 10 requests get HTTP 503", simulator.Incident{
			Engine: "tensorrt-llm", Kind: simulator.Errors, Ratio: 0.4, Status: "503",
		}},
	}
}

// demoIncidents plays the table's incidents on the engines, one after the other.
type demoIncidents struct {
	engines *engines
	after   time.Duration // the first comes by itself; 0: none does
	started time.Time

	mu     sync.Mutex
	played []screen.Incident
}

// run plays the first incident when its time has come and none was asked for before.
func (d *demoIncidents) run(ctx context.Context) {
	if d.after <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(d.after):
		if len(d.soFar()) == 0 {
			d.play()
		}
	}
}

// play begins the next incident, unless one is under way.
func (d *demoIncidents) play() {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if n := len(d.played); n > 0 && now.Before(d.played[n-1].Until) {
		return
	}
	table := demoIncidentTable()
	next := table[len(d.played)%len(table)]
	next.fault.For = model.Duration(incidentLength)
	d.engines.named(next.fault.Engine).engine.Play(next.fault)
	d.played = append(d.played, screen.Incident{
		Target: next.fault.Engine, What: next.what, From: now, Until: now.Add(incidentLength),
	})
}

// soFar are the incidents that have begun.
func (d *demoIncidents) soFar() []screen.Incident {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clip(d.played)
}

// coming says when the next incident comes.
func (d *demoIncidents) coming() string {
	if left := d.after - time.Since(d.started); left > 0 && len(d.soFar()) == 0 {
		return fmt.Sprintf("an incident comes in %s", screen.Clock(left))
	}
	return ""
}
