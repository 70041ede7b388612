package pages

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/prober"
)

// fakePauses knows the target a.
type fakePauses struct{ calls []string }

func (p *fakePauses) Pause(target string) error  { return p.add("pause", target) }
func (p *fakePauses) Resume(target string) error { return p.add("resume", target) }

func (p *fakePauses) add(what, target string) error {
	if target != "a" && target != prober.AllTargets {
		return &prober.UnknownTarget{Name: target}
	}
	p.calls = append(p.calls, what+" "+target)
	return nil
}

func TestPauseEndpoints(t *testing.T) {
	t.Parallel()
	const local, remote = "127.0.0.1:4711", "10.1.2.3:4711"
	pauses := &fakePauses{}
	enabled := Options{Pauses: pauses}
	guarded := Options{Pauses: pauses, Authenticated: func(r *http.Request) bool { return r.Header.Get("User") == "me" }}
	for _, row := range []struct {
		name         string
		options      Options
		method, path string
		peer, header string
		status       int
		body, call   string
	}{
		{"one", enabled, "POST", "/-/pause?target=a", local, "", 200, "", "pause a"},
		{"all", enabled, "POST", "/-/pause", local, "", 200, "", "pause "},
		{"one again", enabled, "PUT", "/-/resume?target=a", local, "", 200, "", "resume a"},
		{"all again, by IPv6", enabled, "POST", "/-/resume", "[::1]:4711", "", 200, "", "resume "},
		{"unknown", enabled, "POST", "/-/pause?target=b%0A", local, "", 404, `there is no target "b\n".`, ""},
		{"empty", enabled, "POST", "/-/pause?target=", local, "", 400, "leave it out to mean all", ""},
		{"disabled", Options{}, "POST", "/-/pause", local, "", 403, "Lifecycle API is not enabled", ""},
		{"a crawler", enabled, "GET", "/-/pause", local, "", 405, "", ""},
		{"from elsewhere", enabled, "POST", "/-/pause", remote, "", 403, "/-/pause is for clients on this machine", ""},
		{"by a proxy", enabled, "POST", "/-/pause", local, "X-Forwarded-For", 403, "for those that authenticate", ""},
		{"by another", enabled, "POST", "/-/resume", local, "Forwarded", 403, "for those that authenticate", ""},
		{"no address", enabled, "POST", "/-/resume", "@", "", 403, "for those that authenticate", ""},
		{"a stranger", guarded, "POST", "/-/pause", remote, "", 403, "basic_auth_users", ""},
		{"a known user", guarded, "POST", "/-/pause?target=a", remote, "User", 200, "", "pause a"},
	} {
		pauses.calls = nil
		r := httptest.NewRequestWithContext(t.Context(), row.method, "http://firsttoken.test"+row.path, nil)
		r.RemoteAddr = row.peer
		if row.header != "" {
			r.Header.Set(row.header, "me")
		}
		w := httptest.NewRecorder()
		NewHandler(row.options).ServeHTTP(w, r)
		var calls []string
		if row.call != "" {
			calls = []string{row.call}
		}
		if w.Code != row.status || !strings.Contains(w.Body.String(), row.body) || !slices.Equal(pauses.calls, calls) {
			t.Errorf("%s: %d, %q, calls %q; want %d, %q, %q",
				row.name, w.Code, w.Body, pauses.calls, row.status, row.body, calls)
		}
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		enabled    bool
		peer, path string
		status     int
	}{
		{false, "127.0.0.1:1", "/debug/pprof/", 404},
		{true, "127.0.0.1:1", "/debug/pprof/", 200},
		{true, "127.0.0.1:1", "/debug/pprof/goroutine?debug=1", 200},
		{true, "127.0.0.1:1", "/debug/pprof/cmdline", 200},
		{true, "10.1.2.3:1", "/debug/pprof/", 403},
		{true, "10.1.2.3:1", "/debug/pprof/heap", 403},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://firsttoken.test"+row.path, nil)
		r.RemoteAddr = row.peer
		w := httptest.NewRecorder()
		NewHandler(Options{Profiles: row.enabled}).ServeHTTP(w, r)
		if w.Code != row.status {
			t.Errorf("%+v: %d", row, w.Code)
		}
	}
}
