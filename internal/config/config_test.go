package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

func when(t *testing.T) time.Time {
	t.Helper()
	return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
}

func parsed(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse("testdata/good/here.yml", []byte(text), when(t))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const one = `
defaults: {api: openai_chat, model: m, url: "http://h/v1"}
`

// TestMaintenanceAddsUp: the windows of the whole file apply to every target, besides its own or those of the defaults.
func TestMaintenanceAddsUp(t *testing.T) {
	t.Parallel()
	f := parsed(t, `
maintenance: [{cron: "0 1 * * *", length: 1h}]
defaults: {api: openai_chat, model: m, url: "http://h/v1", maintenance: [{cron: "0 2 * * *", length: 1h}]}
targets:
  - name: a
  - name: b
    maintenance: [{cron: "0 3 * * *", length: 1h, timezone: Europe/Berlin}]
  - name: c
    maintenance: null
`)
	for i, want := range []string{"0 2 * * *, 0 1 * * *", "0 3 * * *, 0 1 * * *", "0 1 * * *"} {
		var crons []string
		for _, w := range f.Targets[i].Maintenance {
			crons = append(crons, w.Cron)
		}
		if got := strings.Join(crons, ", "); got != want {
			t.Errorf("%s has %s, want %s", f.Targets[i].Name, got, want)
		}
	}
	if shown := f.Redacted(); strings.Count(shown, "cron: 0 1 * * *") != 3 {
		t.Errorf("not shown as it is used:\n%s", shown)
	}
}

// TestInherited checks which of several values of a key wins.
func TestInherited(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		got        func(prober.Target) any
		want       any
	}{
		{"profile", "targets: [{name: a}]", func(t prober.Target) any { return t.Load.TokensPerMinute }, 125_000.0},
		{
			"other profile", "targets: [{name: a, load: {profile: sentinel}}]",
			func(t prober.Target) any { return t.Load.TokensPerMinute }, 20_000.0,
		},
		{"profile of the defaults", "defaults: {api: openai_chat, model: m, url: 'http://h', load: {profile: sentinel}}\n" +
			"targets: [{name: a}]", func(t prober.Target) any { return t.Load.MaxSessions }, 1},
		{
			"own over profile", "targets: [{name: a, load: {tokens_per_minute: 7}}]",
			func(t prober.Target) any { return t.Load.TokensPerMinute }, 7.0,
		},
		{
			"neighbour of an own key stays", "targets: [{name: a, load: {tokens_per_minute: 7}}]",
			func(t prober.Target) any { return t.Load.MaxInFlight }, 8,
		},
		{
			"part of a distribution", "targets: [{name: a, workload: {output: {max: 900}}}]",
			func(t prober.Target) any { return []int{t.Workload.Output.Median, t.Workload.Output.Max} },
			[]int{293, 900},
		},
		{
			"named workload", "workloads: {w: {limit: 90000}}\ntargets: [{name: a, workload: w}]",
			func(t prober.Target) any { return t.Workload.Limit }, 90_000,
		},
		{
			"threshold alone", "targets: [{name: a, slos: {ttft: {threshold: 3s}}}]",
			func(t prober.Target) any { return t.SLOs[slo.TTFT] },
			slo.Objective{Ratio: 0.95, Threshold: 3},
		},
		{
			"objective taken away", "targets: [{name: a, slos: {tps: null}}]",
			func(t prober.Target) any { _, there := t.SLOs[slo.TPS]; return there }, false,
		},
		{
			"all objectives taken away", "targets: [{name: a, slos: null}]",
			func(t prober.Target) any { return len(t.SLOs) }, 0,
		},
		{
			"price list of the model", "prices: {m: {input: 3, output: 4}}\ntargets: [{name: a}]",
			func(t prober.Target) any { return *t.Prices },
			prober.Prices{Input: 3, Output: 4},
		},
		{
			"named prices over those of the model",
			"prices: {m: {input: 3, output: 4}, n: {input: 5, output: 6}}\ntargets: [{name: a, prices: n}]",
			func(t prober.Target) any { return t.Prices.Input }, 5.0,
		},
		{
			"no prices at all", "prices: {m: {input: 3, output: 4}}\ntargets: [{name: a, prices: null}]",
			func(t prober.Target) any { return t.Prices == nil }, true,
		},
		{
			"merge key", "targets: [{name: a, <<: {region: x, tier: y}, tier: z}]",
			func(t prober.Target) any { return t.Region + t.Tier }, "xz",
		},
		{
			"key file beside the file", "targets: [{name: a, api_key_file: together.key}]",
			func(t prober.Target) any { return t.APIKeyFile }, filepath.Join("testdata", "good", "together.key"),
		},
		{
			"HTTP/2 stays off", "targets: [{name: a, http: {tls_config: {insecure_skip_verify: true}}}]",
			func(t prober.Target) any { return t.HTTP.EnableHTTP2 }, false,
		},
		{
			"HTTP/2 on if it is asked for", "targets: [{name: a, http: {enable_http2: true}}]",
			func(t prober.Target) any { return t.HTTP.EnableHTTP2 }, true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := c.text
			if !strings.Contains(text, "defaults:") {
				text = one + text
			}
			got := c.got(parsed(t, text).Targets[0])
			if gotInts, ok := got.([]int); ok {
				if !slices.Equal(gotInts, c.want.([]int)) {
					t.Errorf("got %v, want %v", got, c.want)
				}
			} else if got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestTargetsDoNotShare checks that a target which overrides part of a shared value does not change it for
// others.
func TestTargetsDoNotShare(t *testing.T) {
	t.Parallel()
	f := parsed(t, one+`
slos: {s: {ttft: {threshold: 2s}}}
targets:
  - {name: a, slos: s}
  - {name: b, slos: {ttft: {threshold: 9s}}}
  - {name: c, slos: s}
`)
	for i, want := range []float64{2, 9, 2} {
		if got := f.Targets[i].SLOs[slo.TTFT].Threshold; got != want {
			t.Errorf("%s: %v, want %v", f.Targets[i].Name, got, want)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		until string
		want  string
	}{
		{"2026-11-23T12:00:01Z", ""},
		{"2026-11-23T12:00:00Z", "testdata/good/here.yml:4: targets[0].load.until: 2026-11-23 12:00:00 UTC has passed: " +
			"no load is sent"},
		{"2026-11-20T12:00:00Z", "testdata/good/here.yml:4: targets[0].load.until: 2026-11-20 12:00:00 UTC has passed: " +
			"no load is sent"},
	} {
		f := parsed(t, one+"targets:\n  - {name: a, load: {profile: load, until: "+c.until+"}}\n")
		if got := f.Warnings.Error(); got != c.want {
			t.Errorf("%s: %q, want %q", c.until, got, c.want)
		}
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	a, b, c := parsed(t, one+"targets: []"), parsed(t, one+"targets: []"), parsed(t, one+"targets: [] ")
	if a.Hash != b.Hash || a.Hash == c.Hash {
		t.Errorf("%x, %x, %x: want the first two alike and the third not", a.Hash, b.Hash, c.Hash)
	}
}

// TestRedacted puts a secret in every place that may have one, and looks for it in the output.
func TestRedacted(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-do-not-show"
	f := parsed(t, strings.ReplaceAll(`
targets:
  - name: basic
    url: https://h/v1?key=SECRET
    api: openai_chat
    model: m
    engine_metrics: ["https://h/metrics?key=SECRET"]
    dcgm_metrics: ["https://d/metrics?key=SECRET"]
    http:
      basic_auth: {username: u, password: SECRET}
      proxy_url: http://p:SECRET@proxy:3128
      proxy_connect_header: {X-Key: [SECRET]}
      http_headers: {X-Team: {values: [SECRET], secrets: [SECRET]}}
      tls_config: {insecure_skip_verify: true}
  - name: oauth
    url: https://h/v1
    api: anthropic_messages
    model: m
    http:
      oauth2:
        client_id: id
        client_secret: SECRET
        token_url: "https://u:SECRET@t/x?k=SECRET"
        endpoint_params: {assertion: SECRET}
  - name: bearer
    url: https://h/v1
    api: openai_chat
    model: m
    http:
      authorization: {credentials: SECRET}
`, "SECRET", secret))
	shown := f.Redacted()
	if strings.Contains(shown, secret) {
		t.Errorf("a secret is shown:\n%s", shown)
	}
	for _, want := range []string{
		"https://h/v1?key=<secret>", "https://<secret>@t/x?k=<secret>",
		"https://d/metrics?key=<secret>", "X-Team", "client_id: id", "username: u", "insecure_skip_verify: true",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is missing:\n%s", want, shown)
		}
	}
}

// TestErrorsHoldNoSecret makes mistakes in secret values, and looks for them in the errors.
func TestErrorsHoldNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-do-not-show"
	for _, text := range []string{
		"url: 'https://u:SECRET@ho st/v1'",
		"url: 'ftp://u:SECRET@host/v1'",
		"url: 'https://u:SECRET@host:port/v1'",
		"engine_metrics: ['https://u:SECRET@h/metrics']",
		"dcgm_metrics: ['https://u:SECRET@h/metrics?%zz']",
		"http: {proxy_url: 'http://u:SECRET@ho st'}",
		"http: {proxy_url: 'http://u:SECRET@host:port'}",
		"http: {basic_auth: SECRET}",
		"http: {basic_auth: {password: [SECRET]}}",
		"http: {authorization: {credentials: {x: SECRET}}}",
		"http: {http_headers: {X-Team: SECRET}}",
		"load: SECRET",
		"load: {max_in_flight: SECRET}",
	} {
		text = strings.ReplaceAll(text, "SECRET", secret)
		_, err := Parse("f.yml", []byte("targets:\n  - name: a\n    api: openai_chat\n    model: m\n    "+text+"\n"), when(t))
		if err == nil {
			t.Errorf("accepted: %s", text)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows it: %s", err)
		}
	}
}

// TestManyAliases checks that a small file cannot become a large one.
func TestManyAliases(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("targets: []\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		line := strings.ReplaceAll("aN: &aN [*aP, *aP, *aP, *aP, *aP, *aP, *aP, *aP, *aP, *aP]\n", "N", string(rune('a'+i)))
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(line, "P", string(rune('a'+i-1))), "*aa", "*a0"))
	}
	_, err := Parse("f.yml", []byte(b.String()), when(t))
	if err == nil || !strings.Contains(err.Error(), "makes the file too large") {
		t.Errorf("%v", err)
	}
}

func TestNoFile(t *testing.T) {
	t.Parallel()
	if _, err := Load(filepath.Join(t.TempDir(), "none.yml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// FuzzParse checks that no file makes the reader panic or hang, and that the lines of problems exist.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/bad/*.yml", "testdata/good/*.yml"} {
		files, _ := filepath.Glob(pattern)
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("f.yml", data, when(t))
		if err == nil {
			_ = file.Redacted()
			return
		}
		var problems Errors
		if !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("%T: %v", err, err)
		}
		for _, p := range problems {
			if p.Line < 1 || p.Reason == "" {
				t.Errorf("%#v", p)
			}
		}
	})
}
