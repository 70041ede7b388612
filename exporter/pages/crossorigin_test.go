package pages

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
)

// A page of another site must not reload through the browser of somebody who may.
func TestCrossSitePostIsRefused(t *testing.T) {
	t.Parallel()
	reloads := 0
	h := NewHandler(Options{Reload: func(context.Context) error { reloads++; return nil }})
	for _, c := range []struct {
		name, header, value string
		want                int
	}{
		{"a browser, from another site", "Sec-Fetch-Site", "cross-site", http.StatusForbidden},
		{"an old browser, from another site", "Origin", "https://elsewhere.test", http.StatusForbidden},
		{"a browser, from this site", "Sec-Fetch-Site", "same-origin", http.StatusOK},
		{"no browser", "", "", http.StatusOK},
	} {
		for _, method := range []string{http.MethodPost, http.MethodPut} {
			r := httptest.NewRequestWithContext(t.Context(), method, "http://firsttoken.test/-/reload", nil)
			if c.header != "" {
				r.Header.Set(c.header, c.value)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.want {
				t.Errorf("%s, %s: status %d, want %d", c.name, method, w.Code, c.want)
			}
		}
	}
	if reloads != 4 {
		t.Errorf("%d reloads, want 4", reloads)
	}
}
