package screen

import (
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// row is one target.
type row struct {
	Name              string
	TPM, Set          float64 // offered in the last minute; the set-point after back-off
	Warm, Cold        percentiles
	TPS               measured
	OK, Failed, Skips int64
	Why               []string // failed outcomes and skipped slots, in words
	Spend             measured
	InFlight          int64
	SLOs              []attainment
	Last              []mark // the newest last
}

// measured is a value, or the absence of one.
type measured struct {
	Value float64
	OK    bool
}

type percentiles struct{ P50, P95 measured }

// attainment is the share of good events of an objective; without events Good is not OK.
type attainment struct {
	Name      string
	Objective float64
	Good      measured
}

func rowOf(s history.Summary, last []results.Record, t prober.Target) row {
	r := row{
		Name: s.Target, Warm: percentilesOf(s.TTFTWarm), Cold: percentilesOf(s.TTFTCold),
		TPS: measured{s.TPS.P50, s.TPS.OK()}, Spend: measured{s.Spent, t.Prices != nil},
	}
	if s.InputPerMin != nil {
		r.TPM = *s.InputPerMin
	}
	if s.Effective != nil {
		r.Set = *s.Effective
	}
	r.count(s)
	for _, name := range slo.Names() {
		if a, ok := s.SLOs[name]; ok {
			good, some := a.Ratio()
			r.SLOs = append(r.SLOs, attainment{string(name), a.Objective, measured{good, some}})
		}
	}
	for _, record := range last {
		r.Last = append(r.Last, markOf(record))
	}
	return r
}

// count adds up outcomes and skipped slots, and names them in Why.
func (r *row) count(s history.Summary) {
	if s.SetPoint != nil && s.Effective != nil && *s.Effective < *s.SetPoint {
		r.Why = append(r.Why, "backed off from "+Tokens(*s.SetPoint))
	}
	for _, o := range chat.Outcomes() {
		n := s.Outcomes[o]
		if o == chat.OK {
			r.OK = int64(n)
		} else if n > 0 {
			r.Failed += int64(n)
			r.Why = append(r.Why, fmt.Sprintf("%d %s", n, o))
		}
	}
	for _, reason := range prober.Reasons() {
		if n := s.Skipped[reason]; n > 0 {
			r.Skips += int64(n)
			r.Why = append(r.Why, fmt.Sprintf("%d skipped: %s", n, reason))
		}
	}
}

func percentilesOf(q history.Quantiles) percentiles {
	return percentiles{P50: measured{q.P50, q.OK()}, P95: measured{q.P95, q.OK()}}
}

func markOf(rec results.Record) mark {
	a := mark{Failed: rec.Outcome != string(chat.OK), Kind: warm}
	if rec.TTFT != nil {
		a.TTFT = measured{time.Duration(*rec.TTFT).Seconds(), true}
	}
	switch {
	case rec.Phase == string(workload.Bootstrap):
		a.Kind = bootstrap
	case rec.Cache == "cold":
		a.Kind = cold
	}
	return a
}
