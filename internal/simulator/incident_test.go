package simulator

import (
	"strings"
	"testing"
	"time"
)

func TestParseIncidents(t *testing.T) {
	all, err := ParseIncidents("i.yml", []byte(`
- at: 2m
  for: 5m
  engine: sglang
  kind: slow_prefill
  factor: 4
- {at: 10m, kind: errors, ratio: 0.2, status: 429, retry_after: 3s}
- {at: 0s, kind: stall, ratio: 1, pause: 45s, engine: all}
`))
	if err != nil || len(all) != 3 {
		t.Fatalf("%d incidents, %v", len(all), err)
	}
	if n := len(scriptOf(all, "together")); n != 2 {
		t.Errorf("%d incidents of together, want the two that are everybody's", n)
	}
	if n := len(scriptOf(all, "sglang")); n != 3 {
		t.Errorf("%d incidents of sglang, want 3", n)
	}
}

func TestParseIncidentsBad(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"at: 2m", "i.yml:1: want a list of incidents"},
		{"- at: 2m\n  kind: slow_prefill\n  facter: 4\n", "i.yml:3: facter: unknown key"},
		{"- at: 2x\n  kind: no_cache\n", `i.yml:1: at: "2x" is no duration`},
		{"- kind: earthquake\n", `i.yml:1: kind: "earthquake" is unknown`},
		{"- at: 1s\n", "i.yml:1: kind: is missing"},
		{"- kind: slow_decode\n", "i.yml:1: factor: 0 is not above 0 and at most 1e6"},
		{"- kind: small_kv\n  factor: 2\n", "i.yml:2: factor: 2 is not above 0 and at most 1: it is the share that is left"},
		{
			"- kind: errors\n  ratio: 1\n  status: 200\n",
			`i.yml:3: status: "200" is neither mid_stream nor a status from 400 to 599`,
		},
		{"- kind: errors\n  ratio: 1\n", `i.yml:1: status: "" is neither mid_stream nor a status from 400 to 599`},
		{
			"- kind: errors\n  ratio: 1\n  status: 502\n  body: xml\n",
			`i.yml:4: body: "xml" is none of json, text, html, none`,
		},
		{"- kind: no_cache\n  factor: 2\n", "i.yml:2: factor: no_cache has no such key"},
		{"- kind: grouped\n  ratio: 1\n  tokens: -2\n", "i.yml:3: tokens: -2 is not above 0"},
		{"- kind: flood\n  ratio: 1\n  bytes: -1\n", "i.yml:3: bytes: -1 is not above 0"},
		{"- kind: hidden_reasoning\n  ratio: 1\n", "i.yml:1: tokens: 0 is not above 0"},
		{"- kind: headers\n", "i.yml:1: headers: are missing"},
		{"- kind: headers\n  headers: {a b: c}\n", `i.yml:2: headers: "a b" is not the name of a header`},
		{
			"- kind: headers\n  headers: {a: \"b\\nc\"}\n",
			"i.yml:2: headers: the value of a has a control character",
		},
		{"- kind: headers\n  headers: [a]\n", "i.yml:2: headers: want a mapping"},
		{"- kind: stall\n  ratio: 1\n", "i.yml:1: pause: a stall needs a pause"},
		{"- kind: model_swap\n", "i.yml:1: model: a model_swap needs a model or a fingerprint"},
		{"- kind: no_cache\n  kind: no_cache\n", "i.yml:2: kind stands twice"},
		{
			"- kind: truncate\n  ratio: 1.5\n- kind: truncate\n",
			"i.yml:2: ratio: 1.5 is not above 0 and at most 1\ni.yml:3: ratio: 0 is not above 0 and at most 1",
		},
		{"- 7\n", "i.yml:1: want a mapping"},
	} {
		if _, err := ParseIncidents("i.yml", []byte(c.in)); err == nil || err.Error() != c.want {
			t.Errorf("%q:\n got %v\nwant %s", c.in, err, c.want)
		}
	}
	if _, err := ParseIncidents("i.yml", []byte("- [")); err == nil ||
		!strings.HasPrefix(err.Error(), "i.yml: yaml: line") {
		t.Errorf("no YAML: %v, want the line", err)
	}
	if all, err := ParseIncidents("i.yml", nil); err != nil || len(all) != 0 {
		t.Errorf("empty file: %v, %v; want no incident", all, err)
	}
}

func TestEffects(t *testing.T) {
	s := parsed(t, `
- {at: 1m, for: 1m, kind: slow_prefill, factor: 3}
- {at: 90s, kind: slow_prefill, factor: 2}
- {at: 90s, for: 1m, kind: small_kv, factor: 0.5}
- {at: 3m, kind: no_cache}
- {at: 3m, kind: slow_decode, factor: 5}
`)
	for _, c := range []struct {
		at   time.Duration
		want stepEffects
	}{
		{59 * time.Second, stepEffects{1, 1, 1, false}}, // before anything
		{60 * time.Second, stepEffects{3, 1, 1, false}}, // from its instant on
		{90 * time.Second, stepEffects{6, 1, .5, false}},
		{120 * time.Second, stepEffects{2, 1, .5, false}}, // the first is over at its end
		{10 * time.Minute, stepEffects{2, 5, 1, true}},    // without an end to the end
	} {
		if got := s.step(c.at); got != c.want {
			t.Errorf("at %v: %+v, want %+v", c.at, got, c.want)
		}
	}
}

func parsed(t *testing.T, yaml string) script {
	t.Helper()
	all, err := ParseIncidents("test", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return scriptOf(all, "")
}

// TestIncidentsInSteps checks how incidents change the times of TestSteps' first sequence:
// 31 prompt tokens in two steps of 30 and 21 ms, and two decode steps of 12.
func TestIncidentsInSteps(t *testing.T) {
	for _, c := range []struct{ script, want, why string }{
		{"", "0:0 51:1 63:1 75:1", "nothing"},
		{"- {kind: slow_prefill, factor: 2}", "0:0 82:1 94:1 106:1", "10 + 40, 10 + 22, then as ever"},
		{"- {kind: slow_decode, factor: 2}", "0:0 71:1 95:1 119:1", "20 + 20, 20 + 11, 24, 24"},
		{"- {kind: small_kv, factor: 0.01}", "0:0 51:1 63:1 75:1", "alone it is never locked out"},
	} {
		m := newMachine(exact(), parsed(t, c.script))
		a := put(m, 0, 3, times("a", 30))
		m.advance(time.Second)
		if got := a.instants(); got != c.want {
			t.Errorf("%s: %s, want %s: %s", c.script, got, c.want, c.why)
		}
	}
}

func TestNoCacheAndSmallKV(t *testing.T) {
	m := newMachine(exact(), parsed(t, "- {at: 1s, for: 1s, kind: no_cache}\n"+
		"- {at: 3s, for: 1s, kind: small_kv, factor: 0.05}"))
	var cached []int
	for i := range 6 {
		at := time.Duration(i) * time.Second
		a := put(m, at, 1, times("a", 30))
		m.advance(at + 999*time.Millisecond)
		cached = append(cached, a.sequence.cached)
	}
	// 31 tokens: 7 full blocks are known after the first. In the second second nothing is found; in
	// the fourth only 5 blocks may stay, before its step and after, and the last go first.
	if got, want := cached, [6]int{0, 0, 28, 20, 20, 28}; [6]int(got) != want {
		t.Errorf("cached %v, want %v", got, want)
	}
}

func TestFateStalls(t *testing.T) {
	m := newMachine(exact(), nil)
	a := put(m, 0, 6, times("a", 9))
	a.sequence.effects = requestEffects{stall: time.Minute, stallsAfter: 2}
	m.advance(time.Hour)
	if got, want := a.instants(), "0:0 20:1 32:1 60044:1 60056:1 60068:1 60080:1"; got != want {
		t.Errorf("%s, want %s: silence for a minute after two tokens", got, want)
	}
}
