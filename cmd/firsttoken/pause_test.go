package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

// TestPauseOverHTTP: a pause by hand is on the pages and in the series, outlives a reload and a restart, and ends.
func TestPauseOverHTTP(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := small + "targets:\n" + target("a", simulated(t, simulator.Options{}), "")
	path := write(t, dir, "firsttoken.yml", text)
	args := []string{"--config.file=" + path, "--web.listen-address=127.0.0.1:0", "--web.enable-lifecycle"}
	r := start(t, args...)
	eventually(t, "the target answers", func() bool {
		return r.counts(`firsttoken_requests_total{outcome="ok",target="a"}`)
	})
	for path, want := range map[string]int{"/-/pause?target=b": 404, "/-/pause?target=a": 200, "/-/resume?target=b": 404} {
		if status, body := r.post(path); status != want || want == 404 && !strings.Contains(body, `no target "b"`) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	paused := func(r *running, want string) {
		t.Helper()
		eventually(t, "the pause is "+want, func() bool {
			v, _ := r.sample(`firsttoken_paused{reason="paused",target="a"}`)
			return v == want
		})
	}
	paused(r, "1")
	r.want("/", 200, "paused since")
	r.want("/targets", 200, `"paused_since":"2`)
	write(t, dir, "firsttoken.yml", strings.Replace(text, "name: a,", "name: a, tier: other,", 1))
	if status, body := r.post("/-/reload"); status != 200 {
		t.Fatalf("reload: %d %s", status, body)
	}
	paused(r, "1")
	r.stop()

	r = start(t, args...)
	paused(r, "1")
	eventually(t, "slots are skipped", func() bool {
		return r.counts(`firsttoken_turns_skipped_total{reason="paused",target="a"}`)
	})
	if n := r.value(`firsttoken_sent_tokens_total{target="a"}`); n > 0 {
		t.Errorf("%v tokens were sent in spite of the pause", n)
	}
	if status, _ := r.post("/-/resume"); status != 200 {
		t.Errorf("resume: %d", status)
	}
	paused(r, "0")
	eventually(t, "the target answers again", func() bool {
		return r.counts(`firsttoken_requests_total{outcome="ok",target="a"}`)
	})
}

func TestPauseIsNotEnabled(t *testing.T) {
	t.Parallel()
	r := start(t, "--config.file="+write(t, t.TempDir(), "f.yml", "targets: []\n"), "--web.listen-address=127.0.0.1:0")
	if status, body := r.post("/-/pause"); status != 403 || !strings.Contains(body, "not enabled") {
		t.Errorf("%d %s", status, body)
	}
	r.want("/debug/pprof/", 404, "")
	r = start(t, "--config.file="+write(t, t.TempDir(), "f.yml", "targets: []\n"), "--web.listen-address=127.0.0.1:0",
		"--web.enable-pprof")
	r.want("/debug/pprof/goroutine?debug=1", 200, "goroutine profile")
}

// TestAuthenticated: exporter-toolkit has checked the password of each request that comes through, while there are
// users; whether there are is read anew each time.
func TestAuthenticated(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "web.yml", "")
	certified := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{{}}}}
	for _, row := range []struct {
		name, file, text string
		tls              *tls.ConnectionState
		want             bool
	}{
		{"no file", "", "", nil, false},
		{"a file that is gone", path + "x", "", nil, false},
		{"TLS alone", path, "tls_server_config: {cert_file: c, key_file: k}\n", &tls.ConnectionState{}, false},
		{"no users", path, "basic_auth_users: {}\n", nil, false},
		{"not YAML", path, "basic_auth_users: [\n", nil, false},
		{"users", path, "basic_auth_users: {me: $2y$10$x}\n", nil, true},
		{"a certificate", "", "", certified, true},
	} {
		if err := os.WriteFile(path, []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := authenticated(row.file)(&http.Request{TLS: row.tls}); got != row.want {
			t.Errorf("%s: %t", row.name, got)
		}
	}
}
