package pages

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		name    string
		summary history.Summary
		want    []string
	}{
		{name: "nothing", summary: history.Summary{State: history.Steady, Wait: 3 * time.Second}},
		{
			name:    "a hang",
			summary: history.Summary{State: history.Waiting, Wait: 40 * time.Second},
			want:    []string{"no answer for 40 s"},
		},
		{
			name: "left alone",
			summary: history.Summary{
				PausedSince:      time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC),
				MaintenanceUntil: time.Date(2026, 11, 29, 4, 0, 0, 0, time.FixedZone("", 3600)),
			},
			want: []string{"paused since 2026-11-24 09:30 UTC", "in maintenance until 2026-11-29 03:00 UTC"},
		},
		{
			name:    "no usage",
			summary: history.Summary{NoUsage: 3},
			want:    []string{"3 answers brought no usage: their tokens are estimates, and they have no rate and no price"},
		},
		{
			name:    "a proxy and a fallback",
			summary: history.Summary{NotStreamed: 7, OtherModel: "<tiny>"},
			want: []string{
				"7 answers came at once: something between you and the engine buffers",
				"answered by another model: <tiny>", // the template escapes it
			},
		},
	} {
		if got := warnings(c.summary); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Alerts link to one target: its state and its last error, and no other's.
func TestLandingOfOneTarget(t *testing.T) {
	h := history.New()
	for _, name := range []string{"a", "b"} {
		h.Observe(prober.Started{Target: probertest.Target(name)})
	}
	failed := probertest.WarmWith(probertest.Refused)
	failed.Target, failed.Err = "a", errors.New("connection refused, it says")
	h.Observe(failed)
	handler := NewHandler(Options{History: h, Gatherer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)})
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	code, page := get("/?target=a")
	if code != http.StatusOK || !strings.Contains(page, "<h2>a ") || strings.Contains(page, "<h2>b ") ||
		!strings.Contains(page, "connection refused, it says") {
		t.Errorf("status %d: %s", code, page)
	}
	if _, page = get("/"); !strings.Contains(page, "<h2>b ") {
		t.Error("the page of all lacks b")
	}
	if code, _ = get("/?target=c"); code != http.StatusNotFound {
		t.Errorf("status %d for a target that there is not", code)
	}
}
