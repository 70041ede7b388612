//go:build real

package real

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// spanVariable says how long the daemon runs on what `firsttoken init` wrote. Without it, until two answers:
//
//	FIRSTTOKEN_REAL_SPAN=10m make e2e-real
const spanVariable = "FIRSTTOKEN_REAL_SPAN"

// What `firsttoken init` writes for a real server is right, and the daemon runs on it without a refused request.
func TestInit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		engine engineSettings
		front  func(t *testing.T, e *engine) (url string, args []string) // nil: nothing
		want   []string
	}{
		{
			"llama.cpp of 8k",
			engineSettings{context: 8192},
			nil,
			[]string{"engine: llama.cpp", "window: 8192", "tools: true", "/metrics]", "ttft: {", "tps: {"},
		},
		{
			"llama.cpp of 131k",
			engineSettings{context: 131_072, slots: 2},
			nil,
			[]string{"engine: llama.cpp", "window: 131072", "tools: true", "ttft: {"},
		},
		{
			"llama.cpp with a key",
			engineSettings{key: gatewayKey},
			withKey,
			[]string{"engine: llama.cpp", "api_key_file: ", "window: 16384"},
		},
		{
			"LiteLLM before llama.cpp of 8k",
			engineSettings{context: 8192},
			behindLiteLLM,
			[]string{"engine: litellm", "window: 8192", "its answer to a prompt that was too long", "api_key_file: "},
		},
		{
			"nginx that holds answers back",
			engineSettings{},
			behindHoldingNginx,
			[]string{"engine: llama.cpp", "window: 16384", "ttft: null", "tps: null", "proxy_buffering off"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			e := startEngine(t, row.engine)
			url, args := at(e.settings.port), []string(nil)
			if row.front != nil {
				url, args = row.front(t, e)
			}
			file := initialize(t, url, args...)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("\n%s", text)
			flat := strings.Join(strings.Fields(strings.ReplaceAll(string(text), "#", " ")), " ")
			for _, want := range row.want {
				if !strings.Contains(string(text), want) && !strings.Contains(flat, want) {
					t.Errorf("%q is missing", want)
				}
			}
			if strings.Contains(string(text), gatewayKey) {
				t.Error("the key is in the file")
			}
			runsWithoutRefusal(t, file)
		})
	}
}

// initialize runs `firsttoken init` and returns the file that it wrote.
func initialize(t *testing.T, url string, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "firsttoken.yml")
	args = append([]string{"init", url, "--yes", "--config.file=" + file}, args...)
	began := time.Now()
	out, err := exec.Command(firsttoken, args...).CombinedOutput()
	t.Logf("%.1f s\n%s", time.Since(began).Seconds(), out)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), gatewayKey) {
		t.Error("the key is printed")
	}
	return file
}

// runsWithoutRefusal probes for the span, and holds that no request was refused. A busy machine may be too slow.
func runsWithoutRefusal(t *testing.T, file string) {
	t.Helper()
	if out, err := exec.Command(firsttoken, "check", file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	d := startDaemonWith(t, file)
	span, err := time.ParseDuration(os.Getenv(spanVariable))
	if err != nil {
		d.await(t, "ok", 2) // the trial and a turn of full size
	} else {
		time.Sleep(span)
	}
	d.settled(t)
	outcomes := map[string]int{}
	for _, r := range d.read(t) {
		outcomes[r.Outcome]++
		if r.Outcome == "rejected" || r.Outcome == "denied" {
			t.Errorf("%s: %s", r.Outcome, r.Error)
		}
	}
	t.Logf("in %s: %v", span, outcomes)
}

func keyFile(t *testing.T) string {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(gatewayKey), 0o600); err != nil {
		t.Fatal(err)
	}
	return key
}

func withKey(t *testing.T, e *engine) (url string, args []string) {
	t.Helper()
	return at(e.settings.port), []string{"--api-key-file=" + keyFile(t)}
}

func behindLiteLLM(t *testing.T, e *engine) (url string, args []string) {
	t.Helper()
	url = startLiteLLM(t, fmt.Sprintf(`
model_list:
  - {model_name: alias, litellm_params: {model: openai/tiny, api_base: %s, api_key: none}}
general_settings: {master_key: %s}
router_settings: {num_retries: 0}
litellm_settings: {drop_params: true}
`, e.url(), gatewayKey))
	return url, []string{"--api-key-file=" + keyFile(t)}
}

// behindHoldingNginx is two proxies of which the inner compresses and buffers, and the outer unpacks.
func behindHoldingNginx(t *testing.T, e *engine) (url string, args []string) {
	t.Helper()
	inner, outer := freePort(t), freePort(t)
	startNginx(t, outer, holdingServers(inner, outer, e.settings.port)...)
	return at(outer), nil
}
