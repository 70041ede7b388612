//go:build real

package real

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// server is one server of an nginx configuration: a port, the port behind it, and directives.
func server(port, behind int, directives string) string {
	return fmt.Sprintf(`
	server {
		listen 127.0.0.1:%d;
		location / {
			proxy_pass http://127.0.0.1:%d;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			%s
		}
	}`, port, behind, directives)
}

// startNginx runs nginx with servers, in one process and in a folder of the test.
func startNginx(t *testing.T, port int, servers ...string) *process {
	t.Helper()
	if nginx == "" {
		t.Skip("NOT CHECKED: FIRSTTOKEN_REAL_NGINX names no nginx; `make e2e-real` fetches Debian's and sets it")
	}
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // a worker of its own user writes bodies there
		t.Fatal(err)
	}
	config := fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/pid; error_log stderr warn;
events { worker_connections 256; }
http {
	access_log off; client_max_body_size 64m;
	client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f;
	uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	%[2]s
}
`, dir, strings.Join(servers, "\n"))
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, nginx, "-p", dir, "-c", file, "-e", "stderr")
	p.serving(t, at(port)+"/health")
	return p
}

// behind is a target by another port.
func behind(port int) target { return tiny(at(port) + "/v1") }

// A proxy that passes tokens on as they come changes no count and hides no rate.
func TestNginxPassesStreamsOn(t *testing.T) {
	t.Parallel()
	e, port := startEngine(t, engineSettings{}), freePort(t)
	startNginx(t, port, server(port, e.settings.port, "proxy_buffering off;"))
	x := behind(port)
	d := startDaemon(t, x)
	d.await(t, "ok", 6)
	d.settled(t)
	e.idle(t)
	compareTokens(t, e, d)
	if n := d.sum(t, "firsttoken_not_streamed_total"); n != 0 {
		t.Errorf("%v answers not streamed, want none", n)
	}
}

// holdingServers compress and buffer in the inner one, and unpack in the outer one.
func holdingServers(inner, outer, engine int) []string {
	return []string{
		server(inner, engine,
			// The engine asks for an unbuffered stream by X-Accel-Buffering.
			"proxy_buffering on; proxy_ignore_headers X-Accel-Buffering; "+
				"gzip on; gzip_types text/event-stream; gzip_proxied any; gzip_min_length 0;"),
		server(outer, inner,
			"proxy_buffering on; gunzip on; proxy_set_header Accept-Encoding gzip;"),
	}
}

// Two proxies of which the inner compresses and buffers, and the outer unpacks, hand an answer over in one piece: it
// has no rate, is counted and bad for the objective of rates. Its tokens and the cache are counted as ever.
func TestNginxHoldsAnswersBack(t *testing.T) {
	t.Parallel()
	e, inner, outer := startEngine(t, engineSettings{}), freePort(t), freePort(t)
	startNginx(t, outer, holdingServers(inner, outer, e.settings.port)...)
	x := behind(outer)
	d := startDaemon(t, x)
	d.await(t, "ok", 6)
	eventually(t, "a bad event of the objective for rates", func() string {
		if d.sum(t, "firsttoken_slo_bad_events_total", "slo", "tps") == 0 {
			return "none"
		}
		return ""
	})
	d.settled(t)
	e.idle(t)
	compareTokens(t, e, d)
	answers := d.with(t, "ok")
	for _, r := range answers {
		if r.TPS != 0 {
			t.Errorf("%.0f tokens a second of an answer that came in %d reads", r.TPS, r.Reads)
		}
	}
	if n := d.sum(t, "firsttoken_not_streamed_total"); n != float64(len(answers)) {
		t.Errorf("%v answers not streamed, want all %d", n, len(answers))
	}
}

// What nginx makes of a dead engine and of a frozen one keeps its meaning.
func TestNginxSaysWhatIsBehindIt(t *testing.T) {
	t.Parallel()
	e, port := startEngine(t, engineSettings{}), freePort(t)
	startNginx(t, port, server(port, e.settings.port, "proxy_buffering off; proxy_read_timeout 3s;"))
	d := startDaemon(t, behind(port))
	d.await(t, "ok", 1)
	e.signal(syscall.SIGSTOP)
	frozen := d.await(t, "timeout", 1)[0]
	if frozen.Status != 504 {
		t.Errorf("frozen: status %d, want 504: %s", frozen.Status, frozen.Error)
	}
	e.kill()
	dead := d.await(t, "server_error", 1)[0]
	if dead.Cause != "http_502" || !strings.Contains(dead.Error, "502 Bad Gateway") {
		t.Errorf("dead: cause %q, %q; want http_502 with nginx's own words", dead.Cause, dead.Error)
	}
	d.awaitsUnavailable(t, 2)
}

// gatewayKey is the key of the gateway; LiteLLM refuses to start without one.
const gatewayKey = "sk-gateway-of-the-tests"

// startLiteLLM runs LiteLLM's proxy with a YAML configuration and returns its URL.
func startLiteLLM(t *testing.T, config string) string {
	t.Helper()
	if litellm == "" {
		t.Skip("NOT CHECKED: FIRSTTOKEN_REAL_LITELLM names no LiteLLM; `make e2e-real` fetches it from PyPI and sets it")
	}
	file := filepath.Join(t.TempDir(), "litellm.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	p := start(t, "env", "LITELLM_LOCAL_MODEL_COST_MAP=True", // else it downloads prices
		litellm, "--config", file, "--host", "127.0.0.1", "--port", strconv.Itoa(port), "--telemetry", "False")
	p.serving(t, at(port)+"/health/liveliness")
	return at(port) + "/v1"
}

// LiteLLM's counts are the engine's, and an answer of its fallback is noticed.
func TestLiteLLM(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{})
	url := startLiteLLM(t, fmt.Sprintf(`
model_list:
  - {model_name: tiny, litellm_params: {model: openai/tiny, api_base: %[1]s, api_key: none}}
  - {model_name: large, litellm_params: {model: openai/large, api_base: "http://127.0.0.1:%[2]d/v1", api_key: none}}
general_settings: {master_key: %[3]s}
router_settings: {num_retries: 0}
litellm_settings: {fallbacks: [{large: [tiny]}], drop_params: true}
`, e.url(), freePort(t), gatewayKey))
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(gatewayKey), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, model, api string
		others           bool // the fallback answers
	}{
		{"chat", "tiny", "openai_chat", false},
		{"messages", "tiny", "anthropic_messages", false},
		{"fallback", "large", "openai_chat", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			before := e.counters(t)
			x := target{
				name: "gateway", url: url, model: row.model, engine: "litellm",
				more: "api: " + row.api + "\napi_key_file: " + key,
			}
			d := startDaemon(t, x)
			d.await(t, "ok", 8)
			d.settled(t)
			e.idle(t)
			after := e.counters(t)
			passed := d.goodTokens(t)
			own := func(name string) float64 { return after[name] - before[name] }
			fromCache := own("llamacpp:prompt_tokens_cached_total")
			for _, counts := range []struct {
				what          string
				passed, other float64
			}{
				{"input", passed.input, own("llamacpp:prompt_tokens_total") + fromCache},
				{"cached", passed.cached, fromCache},
				{"output", passed.output, own("llamacpp:tokens_predicted_total")},
			} {
				t.Logf("%s tokens: LiteLLM %.0f, engine %.0f", counts.what, counts.passed, counts.other)
				if counts.passed != counts.other || counts.other == 0 {
					t.Errorf("%s tokens: LiteLLM %.0f, engine %.0f", counts.what, counts.passed, counts.other)
				}
			}
			others, answers := d.sum(t, "firsttoken_other_model_total"), float64(len(d.with(t, "ok")))
			if row.others && others != answers || !row.others && others != 0 {
				t.Errorf("%v of %v answers by another model", others, answers)
			}
		})
	}
}
