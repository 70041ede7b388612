package simulator

import (
	"math/rand/v2"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// IncidentKind is what goes wrong in an incident.
type IncidentKind string

const (
	SlowPrefill IncidentKind = "slow_prefill" // factor: prompts take so many times longer
	SlowDecode  IncidentKind = "slow_decode"  // factor: so does everything else in a step
	SmallKV     IncidentKind = "small_kv"     // factor: the share of the cache's capacity that is left
	NoCache     IncidentKind = "no_cache"     // nothing is found in the prefix cache
	Errors      IncidentKind = "errors"       // ratio of requests that fail with status
	Truncate    IncidentKind = "truncate"     // ratio of streams that end half-way without an end marker
	Stall       IncidentKind = "stall"        // ratio of streams that pause after a third of their tokens
	ModelSwap   IncidentKind = "model_swap"   // answers name another model and fingerprint
	WrongRecall IncidentKind = "wrong_recall" // ratio of recall questions that are answered wrong
)

// MidStream as a status breaks streams half-way with an error object instead of refusing requests.
const MidStream Status = "mid_stream"

// Status is how an error shows: an HTTP status (429, 500, 503, 529), or MidStream.
type Status string

// Incident is one entry of the script: what happens to which engine, from when, for how long.
type Incident struct {
	At          model.Duration `yaml:"at"`               // since the engine's start
	For         model.Duration `yaml:"for,omitempty"`    // none: to the end
	Engine      string         `yaml:"engine,omitempty"` // an engine's name; none or "all": every engine
	Kind        IncidentKind   `yaml:"kind"`
	Factor      float64        `yaml:"factor,omitempty"`
	Ratio       float64        `yaml:"ratio,omitempty"`
	Status      Status         `yaml:"status,omitempty"`
	RetryAfter  model.Duration `yaml:"retry_after,omitempty"` // sent with 429, 503 and 529, in whole seconds; 1s if none
	Pause       model.Duration `yaml:"pause,omitempty"`       // of a stalled stream
	Model       string         `yaml:"model,omitempty"`
	Fingerprint string         `yaml:"fingerprint,omitempty"`
}

// Validate lists everything that is wrong with the incident.
func (i *Incident) Validate() invalid.Errors {
	var e invalid.Errors
	need := func(ok bool, path, format string, args ...any) {
		if !ok {
			e.Add(path, format, args...)
		}
	}
	switch i.Kind {
	case SlowPrefill, SlowDecode:
		need(i.Factor > 0 && i.Factor <= 1e6, "factor", "%v is not above 0 and at most 1e6", i.Factor)
	case SmallKV:
		need(i.Factor > 0 && i.Factor <= 1, "factor", "%v is not above 0 and at most 1: it is the share that is left",
			i.Factor)
	case Errors, Truncate, Stall, WrongRecall:
		need(i.Ratio > 0 && i.Ratio <= 1, "ratio", "%v is not above 0 and at most 1", i.Ratio)
	case ModelSwap:
		need(i.Model != "" || i.Fingerprint != "", "model", "a model_swap needs a model or a fingerprint")
	case NoCache:
	case "":
		e.Add("kind", "is missing")
	default:
		e.Add("kind", "%q is unknown", i.Kind)
	}
	_, known := i.Status.code()
	need(i.Kind != Errors || known, "status", "%q is none of 429, 500, 503, 529, mid_stream", i.Status)
	need(i.Kind != Stall || i.Pause > 0, "pause", "a stall needs a pause")
	return e
}

// code is the HTTP status; 200 for an error in the middle of a stream.
func (s Status) code() (code int, known bool) {
	codes := map[Status]int{"429": 429, "500": 500, "503": 503, "529": 529, MidStream: 200}
	code, known = codes[s]
	return code, known
}

// script is the incidents of one engine.
type script []Incident

// scriptOf selects an engine's incidents.
func scriptOf(all []Incident, engine string) script {
	var s script
	for _, i := range all {
		if i.Engine == "" || i.Engine == "all" || i.Engine == engine {
			s = append(s, i)
		}
	}
	return s
}

func (i *Incident) active(at time.Duration) bool {
	since := at - time.Duration(i.At)
	return since >= 0 && (i.For == 0 || since < time.Duration(i.For))
}

// stepEffects is what the active incidents do to a step.
type stepEffects struct {
	prefill, decode float64 // times as long
	capacity        float64 // share of the cache that is left
	uncached        bool
}

func (s script) step(at time.Duration) stepEffects {
	e := stepEffects{prefill: 1, decode: 1, capacity: 1}
	for k := range s {
		i := &s[k]
		if !i.active(at) {
			continue
		}
		switch i.Kind {
		case SlowPrefill:
			e.prefill *= i.Factor
		case SlowDecode:
			e.decode *= i.Factor
		case SmallKV:
			e.capacity *= i.Factor
		case NoCache:
			e.uncached = true
		default: // the others are a request's fate
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
	wrong       bool
	model       string
	fingerprint string
}

func (s script) request(at time.Duration, output int, r *rand.Rand) requestEffects {
	var f requestEffects
	for k := range s {
		if i := &s[k]; i.active(at) {
			f.apply(i, output, r)
		}
	}
	return f
}

func (f *requestEffects) apply(i *Incident, output int, r *rand.Rand) {
	if i.Kind == ModelSwap {
		f.model, f.fingerprint = i.Model, i.Fingerprint
		return
	}
	if i.Ratio == 0 || r.Float64() >= i.Ratio {
		return
	}
	switch i.Kind {
	case Errors:
		if code, _ := i.Status.code(); code != 200 {
			f.refusal = overload(code, time.Duration(i.RetryAfter))
			return
		}
		f.failure, f.failsAfter = overload(500, 0), max(1, output/2)
	case Truncate:
		f.failure, f.failsAfter = ErrTruncated, max(1, output/2)
	case Stall:
		f.stall, f.stallsAfter = time.Duration(i.Pause), max(1, output/3)
	case WrongRecall:
		f.wrong = true
	default: // the others are effects on the whole engine
	}
}
