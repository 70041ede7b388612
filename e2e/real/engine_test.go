//go:build real

package real

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// engine is llama.cpp's server with the tiny model.
type engine struct {
	*process
	settings engineSettings
}

type engineSettings struct {
	port    int // 0: any
	context int // window of a slot; 0: 16,384
	slots   int // 0: 4
	key     string
	grammar string // of every answer; empty: none
}

// startEngine runs an engine that serves the model "tiny".
func startEngine(t *testing.T, s engineSettings) *engine {
	t.Helper()
	if s.port == 0 {
		s.port = freePort(t)
	}
	if s.context == 0 {
		s.context = 16_384
	}
	if s.slots == 0 {
		s.slots = 4
	}
	args := []string{"engine.py", tinyModel, strconv.Itoa(s.port), strconv.Itoa(s.slots), strconv.Itoa(s.context), "tiny"}
	e := &engine{start(t, python, append(args, s.key, s.grammar)...), s}
	e.serving(t, at(s.port)+"/health")
	return e
}

func (e *engine) url() string { return at(e.settings.port) + "/v1" }

// counters are the engine's own metrics by name, without their prefix.
func (e *engine) counters(t *testing.T) map[string]float64 {
	t.Helper()
	r, err := http.Get(at(e.settings.port) + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	counters := map[string]float64{}
	for name, family := range parsed(t, r.Body) {
		m := family.Metric[0]
		counters[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return counters
}

// idle waits until the engine has no request.
func (e *engine) idle(t *testing.T) {
	t.Helper()
	eventually(t, "the engine is idle", func() string {
		c := e.counters(t)
		if n := c["llamacpp:requests_processing"] + c["llamacpp:requests_deferred"]; n > 0 {
			return fmt.Sprint(n, " requests")
		}
		return ""
	})
}

// prefill is the engine's own account of a prompt: the tokens that it computed, which excludes the cached ones, and
// the time until the first token was chosen.
type prefill struct {
	tokens int
	took   time.Duration
}

var promptLine = regexp.MustCompile(`prompt eval time = *([0-9.]+) ms / *([0-9]+) tokens`)

// prefills are those in the engine's log, in order.
func (e *engine) prefills(t *testing.T) []prefill {
	t.Helper()
	var all []prefill
	for _, m := range promptLine.FindAllStringSubmatch(e.log.String(), -1) {
		ms, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		tokens, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, prefill{tokens, time.Duration(ms * float64(time.Millisecond))})
	}
	return all
}
