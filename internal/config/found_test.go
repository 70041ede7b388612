package config

import (
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/internal/discovery"
	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober"
)

// listed is a configuration with a list, in which models and labels may be given at three places.
const listed = `
targets:
  - {name: own, url: "http://own/v1"}
defaults:
  api: openai_chat
  model: kimi
  api_key_file: secret.key
  http: {http_headers: {X-Key: {secrets: [hunter2]}}}
  extra_body: {api_key: hunter2}
  labels: {team: platform, floor: "1"}
  prices: {input: 3}
file_sd:
  - files: [a.json]
    target:
      region: eu
      labels: {team: agents}
      load: {tokens_per_minute: 1000}
`

func listing(t *testing.T, text string, checks ...Check) *File {
	t.Helper()
	text = strings.ReplaceAll(text, "secret.key", "together.key")
	f, err := Parse("testdata/good/f.yml", []byte(text), when(t), checks...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func found(address string, labels ...string) discovery.Entry {
	e := discovery.Entry{
		Place: discovery.Place{List: "a.json", Path: "[0].targets[0]"}, Address: address, Labels: map[string]string{},
	}
	for i := 0; i < len(labels); i += 2 {
		e.Labels[labels[i]] = labels[i+1]
	}
	return e
}

// TestFound checks what a list may say of a target, and where the rest comes from.
func TestFound(t *testing.T) {
	t.Parallel()
	f := listing(t, listed)
	for _, c := range []struct {
		entry            discovery.Entry
		name, url, model string
		labels           string
	}{
		{found("10.0.0.1:8000"), "10.0.0.1:8000_kimi", "http://10.0.0.1:8000/v1", "kimi", "floor=1 team=agents"},
		{
			found("https://h/v1/", "model", "a/b", "floor", "2", "__meta_x", "y", "job", "vllm", "instance", "z"),
			"h_a-b", "https://h/v1/", "a/b", "floor=2 team=agents",
		},
		{
			found("[::1]:80", "__scheme__", "https", "__path__", "/team/v1", "target", "six"),
			"six", "https://[::1]:80/team/v1", "kimi", "floor=1 team=agents",
		},
		{found("http://gw/team-a/v1"), "gw-team-a_kimi", "http://gw/team-a/v1", "kimi", "floor=1 team=agents"},
	} {
		with, errs := f.With([][]discovery.Entry{{c.entry}})
		if errs[0] != nil || len(with.Targets) != 2 {
			t.Errorf("%s: %v, %d targets", c.entry.Address, errs[0], len(with.Targets))
			continue
		}
		got := with.Targets[1]
		if got.Name != c.name || got.URL != c.url || got.Model != c.model || pairs(got.Labels) != c.labels {
			t.Errorf("%s: %s at %s for %s with %s", c.entry.Address, got.Name, got.URL, got.Model, pairs(got.Labels))
		}
		if got.Region != "eu" || got.Load.TokensPerMinute != 1000 || got.Prices.Input != 3 {
			t.Errorf("%s: region %q, load %v, prices %v", c.entry.Address, got.Region, got.Load, got.Prices)
		}
	}
	if len(f.Targets) != 1 || f.Lists[0].Name != "file_sd[0]" || f.Lists[0].Like.Load.TokensPerMinute != 1000 {
		t.Errorf("the file itself: %d targets, lists %+v", len(f.Targets), f.Lists)
	}
}

func pairs(labels map[string]string) string {
	var all []string
	for _, name := range []string{"floor", "team", "job", "instance", "__meta_x"} {
		if v, ok := labels[name]; ok {
			all = append(all, name+"="+v)
		}
	}
	return strings.Join(all, " ")
}

// TestFoundGetNoSecrets checks that an address that somebody else writes gets a key only where its list has it.
func TestFoundGetNoSecrets(t *testing.T) {
	t.Parallel()
	secrets := func(text string) (n int) {
		with, errs := listing(t, text).With([][]discovery.Entry{{found("evil:80")}})
		if errs[0] != nil {
			t.Fatal(errs[0])
		}
		if own := with.Targets[0]; own.APIKeyFile == "" || own.HTTP.HTTPHeaders == nil || own.ExtraBody == nil {
			t.Error("the file's own target has lost its secrets")
		}
		evil := with.Targets[1]
		for _, has := range []bool{evil.APIKeyFile != "", evil.HTTP.HTTPHeaders != nil, evil.ExtraBody != nil} {
			if has {
				n++
			}
		}
		return n
	}
	if n := secrets(listed); n != 0 {
		t.Errorf("%d secrets of the defaults go to an address of a list", n)
	}
	explicit := listed + "      api_key_file: secret.key\n      http: {http_headers: {X-Key: {secrets: [x]}}}\n" +
		"      extra_body: {k: x}\n"
	if n := secrets(explicit); n != 3 {
		t.Errorf("%d of 3 secrets of the list itself are used", n)
	}
}

// TestFoundIsTakenWholeOrNotAtAll checks that a bad target costs its list and no other one.
func TestFoundIsTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	onlyEU := func(t prober.Target) (errs invalid.Errors) {
		if t.Region == "moon" {
			errs.Add("region", "is too far away")
		}
		return errs
	}
	f := listing(t, listed+"http_sd:\n  - url: http://inventory/x\n    target: {region: eu}\n", onlyEU)
	for _, c := range []struct {
		name          string
		first, second []discovery.Entry
		err, other    string
		names         string
	}{
		{"both", []discovery.Entry{found("a")}, []discovery.Entry{found("b")}, "", "", "own a_kimi b_kimi"},
		{"nothing", nil, nil, "", "", "own"},
		{
			"not a URL",
			[]discovery.Entry{found("a"), found("ftp://x")},
			[]discovery.Entry{found("b")},
			`a.json: [0].targets[0].url: must begin with http:// or https://`, "", "own b_kimi",
		},
		{
			"a password in it",
			[]discovery.Entry{found("http://me:hunter2@x/v1")},
			nil,
			`a.json: [0].targets[0].url: `, "", "own",
		},
		{
			"a check",
			[]discovery.Entry{found("a", "region", "moon")},
			nil,
			"a.json: [0].targets[0].region: is too far away", "", "own",
		},
		{
			"a dialect that nobody speaks",
			[]discovery.Entry{found("a", "api", "smoke_signals")},
			nil,
			"a.json: [0].targets[0].api: ", "", "own",
		},
		{
			"a name of the file's",
			[]discovery.Entry{found("a", "target", "own")},
			nil,
			`a.json: [0].targets[0].name: "own" is already the name of targets[0] in line 3`, "", "own",
		},
		{
			"a name of the other list's",
			[]discovery.Entry{found("a")},
			[]discovery.Entry{found("a")},
			"", `a.json: [0].targets[0].name: "a_kimi" is already the name of [0].targets[0] in a.json`, "own a_kimi",
		},
		{
			"a name of a list that was left out",
			[]discovery.Entry{found("b"), found("b")},
			[]discovery.Entry{found("b")},
			`"b_kimi" is already`, "", "own b_kimi",
		},
	} {
		with, errs := f.With([][]discovery.Entry{c.first, c.second})
		var names []string
		for _, target := range with.Targets {
			names = append(names, target.Name)
		}
		if got := strings.Join(names, " "); got != c.names {
			t.Errorf("%s: targets %s, want %s", c.name, got, c.names)
		}
		checkListError(t, c.name, errs[0], c.err)
		checkListError(t, c.name+", the other list", errs[1], c.other)
	}
}

func checkListError(t *testing.T, name string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err == nil:
	case want == "" || err == nil || !strings.Contains(err.Error(), want):
		t.Errorf("%s: %v, want %q", name, err, want)
	case strings.Contains(err.Error(), "hunter2"):
		t.Errorf("%s: the password is shown: %v", name, err)
	}
}

// TestListsCannotRaiseTheLoad checks that labels with the names of other keys are labels and nothing more.
func TestListsCannotRaiseTheLoad(t *testing.T) {
	t.Parallel()
	with, errs := listing(t, listed).With([][]discovery.Entry{{found("a", "load", "9e9", "tokens_per_minute", "9e9")}})
	if errs[0] != nil || with.Targets[1].Load.TokensPerMinute != 1000 {
		t.Errorf("%v, %+v", errs[0], with.Targets)
	}
}
