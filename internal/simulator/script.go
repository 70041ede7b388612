package simulator

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// script is the incidents of one engine, each with its row of the table.
type script []scriptLine

type scriptLine struct {
	Incident
	kind kindRow
}

// scriptOf selects an engine's incidents. They are valid.
func scriptOf(all []Incident, engine string) script {
	var s script
	for _, i := range all {
		if i.Engine == "" || i.Engine == "all" || i.Engine == engine {
			kind, _ := kindNamed(i.Kind)
			s = append(s, scriptLine{i, kind})
		}
	}
	return s
}

// stepEffects is what the active incidents do to a step.
type stepEffects struct {
	prefill, decode float64 // times as long
	capacity        float64 // share of the cache that is left
	uncached        bool
}

// step combines the incidents that are active at an instant.
func (s script) step(at time.Duration) stepEffects {
	e := stepEffects{prefill: 1, decode: 1, capacity: 1}
	for k := range s {
		if line := &s[k]; line.kind.step != nil && line.active(at) {
			line.kind.step(&e, &line.Incident)
		}
	}
	return e
}

// requestEffects is what the active incidents do to one request.
type requestEffects struct {
	refusal     *Failure // instead of an answer
	failure     error    // after failsAfter tokens
	failsAfter  int
	stall       time.Duration // after stallsAfter tokens
	stallsAfter int

	hang, freeze hold // before the headers, after them
	endless      hold // between the tokens after the last; its pause is never 0
	flood        flood
	empty        bool

	hidden   int // tokens that are computed and counted, and not sent
	group    int // tokens of an event; 0: those of a step
	buffered bool

	noOpening, noUsage bool

	reports []func(Usage) Usage // the usage as it is reported

	wrongRecall        bool
	model, fingerprint string            // empty: its own
	headers            map[string]string // of the response
}

// request combines the incidents that happen to a request that comes at an instant. Each incident with a
// ratio draws once, whatever the others do.
func (s script) request(at time.Duration, output int, r *rand.Rand) requestEffects {
	var f requestEffects
	for k := range s {
		line := &s[k]
		if line.kind.request == nil || !line.active(at) || line.Ratio > 0 && r.Float64() >= line.Ratio {
			continue
		}
		line.kind.request(&f, &line.Incident, output)
	}
	if f.refusal != nil {
		f.refusal.hang, f.refusal.headers, f.refusal.flood = f.hang, f.headers, f.flood
	}
	return f
}

// breakOff ends the answer after half of its tokens.
func (f *requestEffects) breakOff(why error, output int) {
	f.failure, f.failsAfter = why, max(1, output/2)
}

// fail refuses the request, or breaks its answer off with an error object.
func (f *requestEffects) fail(i *Incident, output int) {
	code, _ := i.Status.code()
	if i.Status == MidStream {
		f.breakOff(statusFailure(code, 0), output)
		return
	}
	f.refusal = statusFailure(code, time.Duration(i.RetryAfter))
	f.refusal.body = i.Body
}

func (f *requestEffects) addHeaders(more map[string]string) {
	f.headers = maps.Clone(f.headers)
	if f.headers == nil {
		f.headers = map[string]string{}
	}
	maps.Copy(f.headers, more)
}

// reported is the usage as the answer reports it.
func (f *requestEffects) reported(u Usage) Usage {
	for _, report := range f.reports {
		u = report(u)
	}
	return u
}

// tokens is the length of the answer, given what it was to be.
func (f *requestEffects) tokens(output int) int {
	if f.empty {
		return 1 // the token that only ends it
	}
	return output
}

// headerNames are in order, so that responses are repeatable.
func headerNames(headers map[string]string) []string { return slices.Sorted(maps.Keys(headers)) }
