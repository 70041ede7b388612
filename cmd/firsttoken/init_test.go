package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/ledger"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober/chat"
)

const initKey = "sk-for-the-tests-of-init"

// proxyTo passes requests on to a server.
func proxyTo(t *testing.T, to string) *httputil.ReverseProxy {
	t.Helper()
	server, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	p := httputil.NewSingleHostReverseProxy(server)
	p.ErrorLog = log.New(io.Discard, "", 0)
	return p
}

// posts counts the requests that cost tokens on their way to a server.
func posts(t *testing.T, to string) (url string, n *atomic.Int64) {
	t.Helper()
	n = &atomic.Int64{}
	proxy := proxyTo(t, to)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			n.Add(1)
		}
		http.StripPrefix("/v1", proxy).ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		s.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	})
	return s.URL, n
}

// TestInit: the file is there, says what was found, and check accepts it; a second run leaves it as it is.
func TestInit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := write(t, dir, "the key", initKey+"\n")
	file := filepath.Join(dir, "a b.yml")
	url := simulated(t, simulator.Options{APIKey: initKey})
	code, stdout, stderr := run(t, "init", url, "--yes", "--config.file="+file, "--api-key-file="+key)
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"To be sent: 4 requests", "Next:", "firsttoken check --config.file='" + file + "'", "firsttoken once m-vllm",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing:\n%s", want, stdout)
		}
	}
	for _, want := range []string{"url: " + url, "model: m", `api_key_file: "the key"`, "window: 262144"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is missing:\n%s", want, text)
		}
	}
	if strings.Contains(stdout+stderr+string(text), initKey) {
		t.Error("the key is shown")
	}
	if code, _, stderr := run(t, "check", file); code != 0 {
		t.Errorf("check: %s", stderr)
	}
	code, _, stderr = run(t, "init", url, "--yes", "--config.file="+file, "--api-key-file="+key)
	if again, _ := os.ReadFile(file); code != 1 || !strings.Contains(stderr, "exists, and is left as it is") ||
		string(again) != string(text) {
		t.Errorf("a second run: exit code %d: %s", code, stderr)
	}
}

// TestInitKeyFromEnvironment: FIRSTTOKEN_API_KEY_FILE names the file, too.
func TestInitKeyFromEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := write(t, dir, "k", initKey)
	file := filepath.Join(dir, "f.yml")
	r := startIn(t, []string{"FIRSTTOKEN_API_KEY_FILE=" + key}, "init", simulated(t, simulator.Options{APIKey: initKey}),
		"--yes", "--config.file="+file)
	<-r.exited
	if text, _ := os.ReadFile(file); r.code != 0 || !strings.Contains(string(text), "api_key_file: k\n") {
		t.Errorf("exit code %d: %s%s", r.code, r.stderr, text)
	}
}

// TestInitAsks: without a terminal and without --yes nothing is sent and nothing is written.
func TestInitAsks(t *testing.T) {
	t.Parallel()
	url, sent := posts(t, simulated(t, simulator.Options{}))
	file := filepath.Join(t.TempDir(), "f.yml")
	code, stdout, stderr := run(t, "init", url, "--config.file="+file)
	if code != 1 || !strings.Contains(stdout, "To be sent: 4 requests") || !strings.Contains(stderr, "--yes") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	if _, err := os.Lstat(file); err == nil || sent.Load() > 0 {
		t.Errorf("a file, or %d requests", sent.Load())
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]error{
		"y\n": nil, "Yes\n": nil, "n\n": errDeclined, "\n": errDeclined, "": errDeclined, "yy\n": errDeclined,
	} {
		if err := ask(t.Context(), strings.NewReader(answer), io.Discard); !errors.Is(err, want) {
			t.Errorf("%q: %v", answer, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	silent, w := io.Pipe()
	if err := ask(ctx, silent, io.Discard); !errors.Is(err, errDeclined) {
		t.Errorf("a process that ends: %v", err)
	}
	_ = w.Close()
}

// TestInitRefuses what cannot be probed, and writes nothing.
func TestInitRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing there", []string{"http://127.0.0.1:1"}, "127.0.0.1:1 does not answer"},
		{"no scheme of ours", []string{"ftp://h"}, "must begin with http:// or https://"},
		{"no key file", []string{"http://h", "--api-key-file=/nowhere/key"}, "/nowhere/key"},
		{"a window that is too small", []string{simulated(t, simulator.Options{}), "--window=10"}, "workload"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "f.yml")
			code, _, stderr := run(t, append([]string{"init", "--yes", "--config.file=" + file}, row.args...)...)
			if _, err := os.Lstat(file); code != 1 || !strings.Contains(stderr, row.want) || err == nil {
				t.Errorf("exit code %d: %s", code, stderr)
			}
		})
	}
}

// TestCheckLive: each target, what would be refused, and what mends it.
func TestCheckLive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "wrong.key", initKey)
	good := simulated(t, simulator.Options{})
	path := write(t, dir, "f.yml", small+"targets:\n"+
		target("good", good, "")+
		target("unknown", good, ", model: other")+
		target("guarded", simulated(t, simulator.Options{APIKey: "right"}), ", api_key_file: wrong.key")+
		target("toolless", refusesTools(t, good), "")+
		target("down", "http://127.0.0.1:1/v1", ""))
	code, stdout, stderr := run(t, "check", "--live", "--yes", path)
	if code != 1 || stderr != "" {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	for _, want := range []string{
		"\ngood: takes what would be sent\n",
		"\nunknown: refused: ", "the server does not have the model", "its list of models has\n  m\n",
		"\nguarded: refused: ", "refuses the key in ",
		"\ntoolless: refused: ", "set `tools: false`",
		"\ndown: refused: 127.0.0.1:1 does not answer",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing:\n%s", want, stdout)
		}
	}
	if strings.Contains(stdout, initKey) {
		t.Error("the key is shown")
	}
	if strings.Contains(stdout, "toolless: takes") {
		t.Error("a target that was mended for the trial is none that takes what would be sent")
	}
}

// refusesTools is a vLLM that was started without a parser of tool calls.
func refusesTools(t *testing.T, to string) string {
	t.Helper()
	behind, _ := posts(t, to)
	proxy := proxyTo(t, behind)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), `"tools":`) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":{"message":"\"auto\" tool choice requires --enable-auto-tool-choice"}}`)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1"
}

// TestCheckLiveIsCharged: what it sends is charged to the budget of the target.
func TestCheckLiveIsCharged(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "f.yml", small+"targets:\n"+target("one", simulated(t, simulator.Options{}), ""))
	if code, stdout, stderr := run(t, "check", "--live", "--yes", path); code != 0 {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	file, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	charges, err := ledger.Read(ledgerPath(file, options{}))
	if err != nil {
		t.Fatal(err)
	}
	charged := int64(0)
	for _, c := range charges {
		if c.Scope == "one" {
			charged += c.Tokens
		}
	}
	if charged < 9000 || charged > 11_000 { // four requests; their worst cases are 55,000
		t.Errorf("%d tokens are charged", charged)
	}
}

func TestRelativeTo(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ file, configuration, want string }{
		{"", "f.yml", ""},
		{"/a/b/key", "/a/b/f.yml", "key"},
		{"/a/b/keys/key", "/a/b/f.yml", "keys/key"},
		{"/a/key", "/a/b/f.yml", "/a/key"},
	} {
		if got := relativeTo(row.file, row.configuration); got != row.want {
			t.Errorf("%+v: %q", row, got)
		}
	}
}

func TestAPINames(t *testing.T) {
	t.Parallel()
	if got := apiNames(); len(got) != len(chat.APIs()) {
		t.Errorf("%v", got)
	}
}
