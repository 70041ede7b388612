package e2e

import (
	"math"
	"testing"
	"time"

	prom "github.com/prometheus/prometheus/model/value"

	"github.com/firsttoken/firsttoken/e2e/promlab"
)

// condition is how a target looks from one prober.
type condition int

const (
	well    condition = iota
	dead              // every request times out
	slow              // every answer is good, and late
	refuses           // every request is a 401
)

// presence is how a prober looks to Prometheus.
type presence int

const (
	up       presence = iota
	down              // listed, and its scrapes fail
	unlisted          // Prometheus knows nothing of it
)

// span is a range of minutes.
type span struct{ from, to int }

func (s span) has(minute int) bool { return s.from <= minute && minute < s.to }

// replica is a prober of one target, at one request a minute, and what happens to it.
type replica struct {
	cluster, instance string
	is                condition // of the target, within during
	during            span
	was               presence // of the prober, within away
	away              span
	inDoubt           span
	removed           int // from when on the target is not in the configuration; 0 is never
}

// situation has a job of its own, so that all can be played at once.
type situation struct {
	name     string
	replicas []replica
}

// replicaPage is what a scrape of one replica shows at each minute.
type replicaPage struct {
	replica
	up     *promlab.Series
	series map[string]*promlab.Series

	hadUp, shown, shownTarget bool
	failures                  float64
}

// objectives of every target.
func sloNames() []string { return []string{"ttft", "availability"} }

func newReplicaPage(job string, r replica) *replicaPage {
	own := []string{"job", job, "instance", r.instance}
	if r.cluster != "" {
		own = append(own, "cluster", r.cluster)
	}
	p := &replicaPage{replica: r, series: map[string]*promlab.Series{}}
	p.up = promlab.NewSeries("up", own...)
	add := func(name string, labels ...string) {
		p.series[name+labels[len(labels)-1]] = promlab.NewSeries(name, append(labels, own...)...)
	}
	const target = "kimi"
	add("firsttoken_build_info", "version", "")
	add("firsttoken_trustworthy", "version", "")
	for _, gauge := range []string{
		"firsttoken_consecutive_failures", "firsttoken_last_success_timestamp_seconds",
		"firsttoken_tokens_per_minute_effective", "firsttoken_waiting_since_timestamp_seconds", "firsttoken_target_info",
	} {
		add(gauge, "target", target, "unit", "")
	}
	for _, slo := range sloNames() {
		for _, name := range []string{
			"firsttoken_slo_objective_ratio", "firsttoken_slo_events_total", "firsttoken_slo_bad_events_total",
		} {
			add(name, "target", target, "slo", slo)
		}
	}
	for _, outcome := range []string{"ok", "timeout", "denied"} {
		add("firsttoken_requests_total", "target", target, "outcome", outcome)
	}
	return p
}

// at brings the page to a minute, and returns what a scrape appends then: stale markers for what is gone.
func (p *replicaPage) at(minute int, now time.Time) []*promlab.Series {
	state, is := up, well
	if p.away.has(minute) {
		state = p.was
	}
	if p.during.has(minute) {
		is = p.is
	}
	p.probe(is, p.inDoubt.has(minute), now)
	p.series["firsttoken_trustworthy"].Value = 1
	if p.inDoubt.has(minute) {
		p.series["firsttoken_trustworthy"].Value = 0
	}
	p.up.Value = 1
	if state == down {
		p.up.Value = 0
	}
	all := shown(&p.hadUp, state != unlisted, p.up)
	removed := p.removed > 0 && minute >= p.removed
	var own, ofTarget []*promlab.Series
	for name, s := range p.series {
		if name == "firsttoken_build_info" || name == "firsttoken_trustworthy" {
			own = append(own, s)
		} else {
			ofTarget = append(ofTarget, s)
		}
	}
	all = append(all, shown(&p.shown, state == up, own...)...)
	return append(all, shown(&p.shownTarget, state == up && !removed, ofTarget...)...)
}

// shown are the series while they are to be seen, and once more as stale when they are not.
func shown(before *bool, now bool, series ...*promlab.Series) []*promlab.Series {
	was := *before
	*before = now
	if now {
		return series
	}
	if was {
		for _, s := range series {
			s.Value = math.Float64frombits(prom.StaleNaN)
		}
		return series
	}
	return nil
}

// probe sends the request of a minute. A verdict on latency in doubt is no event; see docs/accuracy.md.
func (p *replicaPage) probe(is condition, inDoubt bool, now time.Time) {
	s := p.series
	s["firsttoken_build_info"].Value, s["firsttoken_target_info"].Value = 1, 1
	s["firsttoken_tokens_per_minute_effective"].Value = 62_500
	s["firsttoken_slo_objective_ratiottft"].Value, s["firsttoken_slo_objective_ratioavailability"].Value = .95, .99
	judge := func(slo string, bad bool) {
		if inDoubt && slo == "ttft" {
			return
		}
		s["firsttoken_slo_events_total"+slo].Value++
		if bad {
			s["firsttoken_slo_bad_events_total"+slo].Value++
		}
	}
	switch is {
	case well, slow:
		p.failures = 0
		s["firsttoken_last_success_timestamp_seconds"].Value = float64(now.Unix())
		s["firsttoken_requests_totalok"].Value++
		judge("ttft", is == slow)
		judge("availability", false)
	case dead:
		p.failures++
		s["firsttoken_requests_totaltimeout"].Value++
		judge("ttft", true)
		judge("availability", true)
	case refuses:
		s["firsttoken_requests_totaldenied"].Value++
	}
	s["firsttoken_consecutive_failures"].Value = p.failures
}

// world is all situations, minute by minute.
type world struct {
	pages []*replicaPage
}

func newWorld(all []situation) *world {
	w := &world{}
	for _, s := range all {
		for _, r := range s.replicas {
			w.pages = append(w.pages, newReplicaPage(s.name, r))
		}
	}
	return w
}

func (w *world) scrape(t *testing.T, s *promlab.Server, minute int, now time.Time) {
	t.Helper()
	for _, p := range w.pages {
		if err := s.Append(t.Context(), now, p.at(minute, now)); err != nil {
			t.Fatal(err)
		}
	}
}
