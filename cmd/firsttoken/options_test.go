package main

import (
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/internal/golden"
	"github.com/firsttoken/firsttoken/internal/syncbuf"
)

// TestEveryVariableHasAFlag checks that every variable has a flag and every flag a variable.
func TestEveryVariableHasAFlag(t *testing.T) {
	t.Parallel()
	var o options
	app := kingpin.New("firsttoken", "")
	own := map[string]bool{}
	for _, f := range app.Model().Flags {
		own[f.Name] = true // help and the like
	}
	o.flags(app)
	variables := map[string]bool{}
	for _, name := range variablesOf(reflect.TypeFor[options]()) {
		variables[prefix+name] = true
	}
	for _, f := range app.Model().Flags {
		if own[f.Name] {
			continue
		}
		name := variable(f.Name)
		if !variables[name] {
			t.Errorf("--%s has no variable %s", f.Name, name)
		}
		delete(variables, name)
		if !strings.Contains(f.Help, "($"+name+")") {
			t.Errorf("the help of --%s does not name its variable", f.Name)
		}
	}
	for name := range variables {
		t.Errorf("%s has no flag", name)
	}
}

// variablesOf are the variables of a struct and of the exported structs in it.
func variablesOf(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		name, tagged := f.Tag.Lookup("env")
		switch {
		case tagged:
			names = append(names, name)
		case f.IsExported():
			names = append(names, variablesOf(f.Type)...)
		}
	}
	return names
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		environ []string
		args    []string
		want    func(options) (got, want any)
	}{
		{"default", nil, nil, func(o options) (any, any) { return o.ConfigFile, "firsttoken.yml" }},
		{
			"variable",
			[]string{"FIRSTTOKEN_CONFIG_FILE=a.yml"},
			nil,
			func(o options) (any, any) { return o.ConfigFile, "a.yml" },
		},
		{
			"flag wins",
			[]string{"FIRSTTOKEN_CONFIG_FILE=a.yml"},
			[]string{"--config.file=b.yml"},
			func(o options) (any, any) { return o.ConfigFile, "b.yml" },
		},
		{
			"list",
			[]string{"FIRSTTOKEN_WEB_LISTEN_ADDRESS=:1,:2"},
			nil,
			func(o options) (any, any) { return strings.Join(o.ListenAddresses, " "), ":1 :2" },
		},
		{
			"list of flags",
			[]string{"FIRSTTOKEN_WEB_LISTEN_ADDRESS=:1,:2"},
			[]string{"--web.listen-address=:3", "--web.listen-address=:4"},
			func(o options) (any, any) { return strings.Join(o.ListenAddresses, " "), ":3 :4" },
		}, // replaces, does not append
		{
			"no default left in a list", nil,
			[]string{"--web.listen-address=:3"},
			func(o options) (any, any) { return strings.Join(o.ListenAddresses, " "), ":3" },
		},
		{
			"switch off again",
			[]string{"FIRSTTOKEN_WEB_ENABLE_LIFECYCLE=true"},
			[]string{"--no-web.enable-lifecycle"},
			func(o options) (any, any) { return o.EnableLifecycle, false },
		},
		{
			"size",
			[]string{"FIRSTTOKEN_RESULTS_MAX_SIZE=2GB"},
			nil,
			func(o options) (any, any) { return o.ResultsMaxSize, byteSize(2 << 30) },
		},
		{
			"size flag", nil,
			[]string{"--results.max-size=5KB"},
			func(o options) (any, any) { return o.ResultsMaxSize, byteSize(5 << 10) },
		},
		{
			"age",
			[]string{"FIRSTTOKEN_RESULTS_MAX_AGE=2w"},
			nil,
			func(o options) (any, any) { return o.ResultsMaxAge.String(), "2w" },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, err := fromEnvironment(c.environ)
			if err != nil {
				t.Fatal(err)
			}
			app, _ := program{Stdout: io.Discard, Stderr: io.Discard}.application(&o)
			if _, err := app.Parse(c.args); err != nil {
				t.Fatal(err)
			}
			if got, want := c.want(o); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestBadEnvironment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ variable, want string }{
		{"FIRSTTOKEN_WEB_ENABLE_LIFECYCLE=perhaps", "EnableLifecycle"},
		{"FIRSTTOKEN_RESULTS_MAX_SIZE=big", `"big" is not a size such as 100MB`},
		{"FIRSTTOKEN_LOG_LEVEL=loud", "loud"},
	} {
		stderr := &syncbuf.Buffer{}
		p := program{
			Environ: []string{c.variable}, Args: []string{"check", "/nowhere.yml"}, Stdout: io.Discard,
			Stderr: stderr,
		}
		if code := p.run(t.Context()); code != 1 || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("%s: exit code %d:\n%s", c.variable, code, stderr)
		}
	}
}

func TestByteSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text    string
		want    byteSize
		written string // empty: refused
	}{
		{"100MB", 100 << 20, "100MB"},
		{"1GB", 1 << 30, "1GB"},
		{"7B", 7, "7B"},
		{"0B", 0, "0B"},
		{"1.5GB", 3 << 29, "1GB512MB"},
		{"1GB512MB", 3 << 29, "1GB512MB"},
		{"100MiB", 100 << 20, "100MB"},   // both mean a power of two
		{"100", 0, ""},                   // of what?
		{"-1MB", 0, ""},                  // less than nothing
		{"9999999999999999999MB", 0, ""}, // does not fit
		{"9223372036854775807GB", 0, ""}, // nor does this, once it is bytes
		{"8388608TB", 0, ""},             // 2^63, one more than fits
		{"MB", 0, ""},
	} {
		var b byteSize
		err := b.Set(c.text)
		if (err == nil) != (c.written != "") || b != c.want {
			t.Errorf("%s: %d, %v", c.text, b, err)
		}
		if c.written != "" && b.String() != c.written {
			t.Errorf("%s is written %s, want %s", c.text, b, c.written)
		}
	}
}

// TestHelp compares the help with a golden file. It is not parallel: the width comes from the environment.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "80")
	code, stdout, stderr := run(t, "--help")
	if code != 0 || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	golden.Compare(t, filepath.Join("testdata", "help.txt"), trimLines(stdout), *update)
	for _, c := range []string{"check", "once", "simulate", "demo"} {
		if code, stdout, _ := run(t, c, "-h"); code != 0 || !strings.Contains(stdout, "usage: firsttoken "+c) {
			t.Errorf("%s -h: exit code %d:\n%s", c, code, stdout)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := run(t, "--version")
	if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "firsttoken, version ") ||
		!strings.Contains(stdout, "go version:") {
		t.Errorf("exit code %d, stderr %q:\n%s", code, stderr, stdout)
	}
}
