package pages

import (
	"net/http"
	"net/http/pprof" //nolint:gosec // what it registers by itself is not served
)

// addProfiles serves the profiles of the Go runtime under the paths that go tool pprof expects.
func (o Options) addProfiles(mux *http.ServeMux) {
	for path, profile := range map[string]http.HandlerFunc{
		"": pprof.Index, "cmdline": pprof.Cmdline, "profile": pprof.Profile, "symbol": pprof.Symbol, "trace": pprof.Trace,
	} {
		mux.HandleFunc("GET /debug/pprof/"+path, o.trusted(profile))
	}
}
