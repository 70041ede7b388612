//go:build real

package real

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/preset"
)

// enoughBodies of a target include turns with calls of tools, their results and answers in the history.
const enoughBodies = 4

// The types of the official packages accept every body, of every dialect and of every preset.
func TestBodiesFitTheOfficialTypes(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	simulator := start(t, firsttoken,
		"simulate", fmt.Sprintf("--listen-address=127.0.0.1:%d", port), "--profile=fast", "--model=m")
	simulator.serving(t, at(port)+"/v1/models")
	c := newCapture(t, at(port))
	targets := c.everyTarget()
	d := startDaemon(t, targets...)
	eventually(t, fmt.Sprintf("%d bodies of each target", enoughBodies), func() string {
		return c.lacking()
	})
	for _, r := range d.read(t) {
		if r.Outcome != "ok" {
			t.Errorf("%s: %s: %s", r.Target, r.Outcome, r.Error)
		}
	}
	d.stop(t)
	c.haveToolCalls(t)
	out, err := exec.Command(python, "bodies.py", c.dir).CombinedOutput()
	t.Logf("\n%s", out)
	if err != nil {
		t.Errorf("bodies.py: %v", err)
	}
}

// A check that cannot fail checks nothing: bodies that strict servers refuse are refused.
func TestOfficialTypesRefuse(t *testing.T) {
	t.Parallel()
	for name, record := range map[string]string{
		"an answer without its id and annotations": `{"dialect": "openai_responses", "target": "x", "extra": [], "body":
			{"model": "m", "stream": true, "input": [{"type": "message", "role": "assistant",
			"content": [{"type": "output_text", "text": "x"}]}]}}`,
		"an unknown field deep inside": `{"dialect": "openai_chat", "target": "x", "extra": [], "body":
			{"model": "m", "stream": true, "messages": [{"role": "user", "content": [{"type": "text", "text": "x", "y": 1}]}]}}`,
		"an unknown field on top": `{"dialect": "openai_chat", "target": "x", "extra": ["z"], "body":
			{"model": "m", "stream": true, "messages": [], "y": 1}}`,
		"a number for a text": `{"dialect": "anthropic_messages", "target": "x", "extra": [], "body":
			{"model": "m", "stream": true, "max_tokens": 1, "messages": [{"role": "user", "content": 1}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "body.json"), []byte(record), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(python, "bodies.py", dir).CombinedOutput()
			if err == nil || strings.Contains(string(out), "Traceback") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// capture is a proxy that keeps the bodies of the requests to a server. The first part of a path names the target.
type capture struct {
	url, dir string

	mu     sync.Mutex
	kinds  map[string]kind // by target
	bodies map[string]int
}

// kind is what a target speaks.
type kind struct {
	api   chat.API
	extra []string // fields that its preset adds
}

func newCapture(t *testing.T, server string) *capture {
	t.Helper()
	behind, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	c := &capture{dir: t.TempDir(), kinds: map[string]kind{}, bodies: map[string]int{}}
	onward := httputil.NewSingleHostReverseProxy(behind)
	onward.FlushInterval = -1
	onward.ErrorLog = nil
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		body, err := io.ReadAll(r.Body)
		if err == nil && r.Method == http.MethodPost {
			err = c.keep(target, body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.URL.Path, r.Body = "/"+path, io.NopCloser(bytes.NewReader(body))
		onward.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	c.url = s.URL
	return c
}

// keep writes a body to a file of its own.
func (c *capture) keep(target string, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, known := c.kinds[target]
	if !known {
		return fmt.Errorf("no target %q", target)
	}
	record, err := json.Marshal(map[string]any{
		"dialect": k.api, "target": target, "extra": k.extra, "body": json.RawMessage(body),
	})
	if err != nil {
		return err
	}
	c.bodies[target]++
	return os.WriteFile(filepath.Join(c.dir, fmt.Sprintf("%s-%04d.json", target, c.bodies[target])), record, 0o600)
}

// everyTarget is one target for each dialect without a preset, and one for each preset.
func (c *capture) everyTarget() []target {
	var all []target
	add := func(name, engine string, k kind) {
		c.kinds[name] = k
		all = append(all, target{
			name: name, url: c.url + "/" + name + "/v1", model: "m", engine: engine,
			more: "api: " + string(k.api) + "\nanswers_as: [m]",
		})
	}
	for _, api := range chat.APIs() {
		add("plain-"+string(api), "", kind{api, []string{}})
	}
	for _, p := range preset.All() {
		add(p.Engine, p.Engine, kind{p.API, append([]string{}, slices.Sorted(maps.Keys(p.ExtraBody))...)})
	}
	return all
}

// haveToolCalls holds that the bodies of each dialect with tools have a call and its result in their history.
func (c *capture) haveToolCalls(t *testing.T) {
	t.Helper()
	for api, parts := range map[chat.API][2]string{
		chat.OpenAIChat:        {`"tool_calls":`, `"role":"tool"`},
		chat.OpenAIResponses:   {`"function_call"`, `"function_call_output"`},
		chat.AnthropicMessages: {`"tool_use"`, `"tool_result"`},
	} {
		files, err := filepath.Glob(filepath.Join(c.dir, "plain-"+string(api)+"-*.json"))
		if err != nil {
			t.Fatal(err)
		}
		found := slices.ContainsFunc(files, func(file string) bool {
			body, err := os.ReadFile(file)
			return err == nil && bytes.Contains(body, []byte(parts[0])) && bytes.Contains(body, []byte(parts[1]))
		})
		if !found {
			t.Errorf("%s: no body has a call of a tool and its result", api)
		}
	}
}

// lacking names a target with too few bodies.
func (c *capture) lacking() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name := range c.kinds {
		if n := c.bodies[name]; n < enoughBodies {
			return fmt.Sprintf("%d of %s", n, name)
		}
	}
	return ""
}
