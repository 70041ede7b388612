package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"
)

// paused is a configuration whose targets send nothing.
const paused = "defaults: {api: openai_chat, model: m, load: {paused: true}}\n"

func own(names ...string) string {
	if len(names) == 0 {
		return "targets: []\n"
	}
	text := "targets:\n"
	for _, name := range names {
		text += target(name, "http://h/v1", "")
	}
	return text
}

// inventory is a server of lists.
type inventory struct {
	*httptest.Server
	body  atomic.Value // empty fails
	asked atomic.Int64
}

func newInventory(t *testing.T, body string) *inventory {
	t.Helper()
	i := &inventory{}
	i.body.Store(body)
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i.asked.Add(1)
		if i.body.Load() == "" {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(i.body.Load().(string)))
	}))
	t.Cleanup(i.Close)
	return i
}

// sees checks what runs, and the failures of the first list.
func (c *configuration) sees(t *testing.T, when, names string, failures float64) {
	t.Helper()
	if got := strings.Join(c.service.history.Targets(), " "); got != names || namesOf(c.targets()) != names {
		t.Errorf("%s: %q run, %q are configured, want %q", when, got, namesOf(c.targets()), names)
	}
	l := c.lists[0]
	series := `firsttoken_sd_refresh_failures_total{config="` + l.Name + `",mechanism="` + l.Mechanism + `"}`
	if got := c.value(t, series); got != failures {
		t.Errorf("%s: %v failures, want %v", when, got, failures)
	}
}

// value is the value of a series that must exist.
func (c *configuration) value(t *testing.T, series string) float64 {
	t.Helper()
	families, err := c.service.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	name, _, _ := strings.Cut(series, "{")
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		if _, err := expfmt.MetricFamilyToText(&page, f); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(page.String()) {
		if text, ok := strings.CutPrefix(line, series+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	t.Fatalf("there is no %s", series)
	return 0
}

// TestListsAreFollowed changes a file of targets while its configuration stays: good lists are taken, whatever cannot
// be one leaves the targets as they are.
func TestListsAreFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.yml")
	path := write(t, dir, "f.yml", paused+own("own")+"file_sd:\n  - {files: [\"*.json\", a.yml], max_targets: 3}\n")
	write(t, dir, "a.yml", "- targets: [a, b]\n")
	c := configured(t, path, connectNowhere)
	c.sees(t, "at the start", "a_m b_m own", 0)
	failures := 0.0
	for _, step := range []struct{ when, list, names string }{
		{"one more, one less", "- targets: [b, c]\n", "b_m c_m own"},
		{"the same", "- targets: [b, c]\n", "b_m c_m own"},
		{"labels", "- targets: [b, c]\n  labels: {rack: r1}\n", "b_m c_m own"},
		{"empty by accident", "", ""},
		{"cut", "- targets: [b\n", ""},
		{"no URL", "- targets: [\"ftp://b\"]\n", ""},
		{"a name that is taken", "- targets: [b]\n  labels: {target: own}\n", ""},
		{"too many", "- targets: [a, b, c, d]\n", ""},
		{"good again", "- targets: [d]\n", "d_m own"},
		{"empty on purpose", "[]\n", "own"},
	} {
		write(t, dir, "a.yml", step.list)
		names := step.names
		if names == "" {
			failures++
			names = "b_m c_m own"
		}
		c.refresh(t.Context(), c.lists[0])
		c.sees(t, step.when, names, failures)
	}
	write(t, dir, "a.yml", "- targets: [e]\n")
	c.refresh(t.Context(), c.lists[0])
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	c.refresh(t.Context(), c.lists[0])
	c.sees(t, "the file is gone", "e_m own", failures+1)
	if err := c.load(t.Context()); err != nil {
		t.Errorf("reload without the list's file: %v", err)
	}
	c.sees(t, "reloaded without the file", "e_m own", failures+2)
	write(t, dir, "a.yml", "- targets: [g]\n")
	if err := c.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.sees(t, "a reload reads files too", "g_m own", failures+2)
	write(t, dir, "a.yml", "- targets: [h, \"ftp://h\"]\n")
	write(t, dir, "f.yml", paused+own("other")+"file_sd:\n  - {files: [\"*.json\", a.yml], max_targets: 3}\n")
	if err := c.load(t.Context()); err != nil {
		t.Errorf("reload with a list that makes no targets: %v", err)
	}
	c.sees(t, "a reload with a list that makes no targets", "g_m other", failures+3)
}

// TestListsDoNotHarmEachOther refreshes one list while the other cannot be read, and while it takes a name.
func TestListsDoNotHarmEachOther(t *testing.T) {
	t.Parallel()
	i, k := newInventory(t, `[{"targets": ["a"]}]`), newInventory(t, `[{"targets": ["b"]}]`)
	path := write(t, t.TempDir(), "f.yml", paused+own()+
		"http_sd:\n  - {url: \""+i.URL+"\", refresh_interval: 1h}\n  - {url: \""+k.URL+"\", refresh_interval: 1h}\n")
	c := configured(t, path, connectNowhere)
	c.sees(t, "at the start", "a_m b_m", 0)
	c.refresh(t.Context(), c.lists[0]) // nothing new
	k.body.Store(`[{"targets": ["f"]}]`)
	c.refresh(t.Context(), c.lists[1])
	c.sees(t, "the first stays, the second changes", "a_m f_m", 0)
	i.body.Store("")
	c.refresh(t.Context(), c.lists[0])
	k.body.Store(`[{"targets": ["c"]}]`)
	c.refresh(t.Context(), c.lists[1])
	c.sees(t, "the first fails, the second changes", "a_m c_m", 1)
	i.body.Store(`[{"targets": ["c", "d"]}]`)
	c.refresh(t.Context(), c.lists[0])
	c.sees(t, "the first takes a name of the second", "a_m c_m", 2)
	k.body.Store(`[{"targets": ["e"]}]`)
	c.refresh(t.Context(), c.lists[1])
	c.sees(t, "the second gives the name away", "a_m e_m", 2)
	c.refresh(t.Context(), c.lists[0])
	c.sees(t, "the name is free", "c_m d_m e_m", 2)
}

// TestListsSurviveAReload changes the configuration around a list whose server does not answer any more.
func TestListsSurviveAReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	i := newInventory(t, `[{"targets": ["a"]}]`)
	list := "http_sd:\n  - {url: \"" + i.URL + "/list\", refresh_interval: 1h}\n"
	path := write(t, dir, "f.yml", paused+own("own")+list)
	c := configured(t, path, connectNowhere)
	c.sees(t, "at the start", "a_m own", 0)
	i.body.Store("")
	write(t, dir, "f.yml", paused+own("other")+list)
	if err := c.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.sees(t, "another target of its own", "a_m other", 0)
	if n := i.asked.Load(); n != 1 {
		t.Errorf("the server of a list that is known was asked %d times", n)
	}
	c.refresh(t.Context(), c.lists[0])
	c.sees(t, "the server fails", "a_m other", 1)

	write(t, dir, "f.yml", strings.Replace(paused, ", model: m", "", 1)+
		strings.ReplaceAll(own("other"), "}", ", model: m}")+list)
	if err := c.load(t.Context()); err == nil || !strings.Contains(err.Error(), "[0].targets[0].model: ") {
		t.Errorf("a configuration under which the list has no model: %v", err)
	}
	c.sees(t, "refused", "a_m other", 1)

	write(t, dir, "f.yml", paused+own("other"))
	if err := c.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(c.service.history.Targets(), " "); got != "other" {
		t.Errorf("without the list: %q", got)
	}
	if n, err := testutil.GatherAndCount(c.service.registry, "firsttoken_sd_discovered_targets"); n != 0 || err != nil {
		t.Errorf("%d series of a list that is gone, %v", n, err)
	}
}

// TestListsThatAreNotThereYet starts without a list, which comes later.
func TestListsThatAreNotThereYet(t *testing.T) {
	t.Parallel()
	i := newInventory(t, "")
	path := write(t, t.TempDir(), "f.yml", paused+own()+"http_sd:\n  - {url: \""+i.URL+"\", refresh_interval: 1s}\n")
	c := configured(t, path, connectNowhere)
	c.sees(t, "at the start", "", 1)
	ctx, cancel := context.WithCancel(t.Context())
	c.watchLists(ctx)
	i.body.Store(`[{"targets": ["a"]}]`)
	eventually(t, "the list is read again at its interval", func() bool { return len(c.service.history.Targets()) == 1 })
	cancel()
	c.watching.Wait()
	i.body.Store("[]")
	const failed = `firsttoken_sd_refresh_failures_total{config="http_sd[0]",mechanism="http"}`
	failures := c.value(t, failed)
	c.refresh(ctx, c.lists[0]) // of a configuration that is not in use any more
	c.sees(t, "the end", "a_m", failures)
}

// TestNoTargetsLeft refuses a reload that would end all probing, unless that is allowed.
func TestNoTargetsLeft(t *testing.T) {
	t.Parallel()
	for _, allowed := range []bool{false, true} {
		dir := t.TempDir()
		path := write(t, dir, "f.yml", paused+own("a"))
		var environ []string
		if allowed {
			environ = append(environ, "FIRSTTOKEN_CONFIG_ALLOW_EMPTY=true")
		}
		c := configured(t, path, connectNowhere, environ...)
		write(t, dir, "f.yml", paused+own())
		err := c.load(t.Context())
		value := c.value(t, "firsttoken_config_last_reload_successful")
		switch {
		case allowed && (err != nil || len(c.targets()) != 0 || value != 1):
			t.Errorf("allowed: %v, %d targets, successful %v", err, len(c.targets()), value)
		case !allowed && (err == nil || !strings.Contains(err.Error(), "--config.allow-empty") || value != 0):
			t.Errorf("not allowed: %v, successful %v", err, value)
		case !allowed && namesOf(c.targets()) != "a":
			t.Errorf("not allowed: %q run", namesOf(c.targets()))
		}
		write(t, dir, "f.yml", paused+own("b")) // all targets are others: that is no loss
		if err := c.load(t.Context()); err != nil {
			t.Errorf("another target: %v", err)
		}
	}
}

// TestChanged says when the file is to be read again.
func TestChanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := write(t, dir, "f.yml", paused+own("a"))
	c := configured(t, path, connectNowhere)
	is := func(when string, want bool) {
		t.Helper()
		if got := c.changed(); got != want {
			t.Errorf("%s: changed %v, want %v", when, got, want)
		}
	}
	is("at the start", false)
	write(t, dir, "f.yml", paused+own("b", "b"))
	is("written", true)
	if c.load(t.Context()) == nil {
		t.Fatal("two targets of one name are accepted")
	}
	is("refused", false)
	c.tried.at = c.tried.at.Add(-tryAgain)
	is("refused some time ago", true) // what is wrong may be mended elsewhere
	write(t, dir, "f.yml", paused+own("a"))
	is("taken back", true) // so that the last reload is a good one again
	if err := c.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.tried.at = c.tried.at.Add(-tryAgain)
	is("good for some time", false)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	is("gone", true)
	if c.load(t.Context()) == nil {
		t.Fatal("no file is a good file")
	}
	is("still gone", false)
}

// TestFileIsWatched runs the daemon: it finds out by itself that a ConfigMap has another version, and that a file has.
func TestFileIsWatched(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"..1": own("a"), "..2": own("b")} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), "f.yml", paused+text)
	}
	link := func(to, name string) {
		tmp := filepath.Join(dir, name+"_tmp")
		if err := os.Symlink(to, tmp); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(tmp, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("..1", "..data")
	link("..data/f.yml", "f.yml")
	r := start(t, "--config.file="+filepath.Join(dir, "f.yml"), "--web.listen-address=127.0.0.1:0",
		"--config.auto-reload-interval=50ms")
	r.want("/config", 200, "name: a\n")
	link("..2", "..data")
	eventually(t, "the other version is in use", func() bool {
		_, body := r.get("/config")
		return strings.Contains(body, "name: b\n")
	})
	write(t, filepath.Join(dir, "..2"), "f.yml", paused+own("c"))
	eventually(t, "a version that is written in place is in use", func() bool {
		_, body := r.get("/config")
		return strings.Contains(body, "name: c\n")
	})
}
