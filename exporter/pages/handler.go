// Package pages serves what firsttoken shows over HTTP: the landing page, the metrics, the targets and their last
// results, and the list by which Prometheus finds the pages of engines and GPUs. It keeps no state of its own.
package pages

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/prober"
)

// Options are what the pages show and do.
type Options struct {
	Gatherer   prometheus.Gatherer
	Registerer prometheus.Registerer // for the errors of /metrics itself; nil leaves them out
	History    *history.History
	Version    string // shown on the landing page
	Logger     *slog.Logger

	// Ready says whether targets have been applied and the process is not shutting down.
	Ready func() bool
	// Targets are those of the configuration in use, for /sd/engines; nil for none. The targets of the History
	// will not do: a reload that does not change what is sent leaves them as they were.
	Targets func() []prober.Target
	// Ledger has the budgets; nil where nothing is kept.
	Ledger Ledger
	// Config is the configuration in use as YAML, without its secrets.
	Config func() string
	// Reload loads the configuration again; nil where that is not enabled.
	Reload func(context.Context) error
	// Pauses pause targets; nil where that is not enabled.
	Pauses Pauses
	// Profiles serves the profiles of the Go runtime.
	Profiles bool
	// Authenticated reports whether a request that came as far as here was authenticated; nil is never.
	Authenticated func(*http.Request) bool
}

// NewHandler serves
//
//	GET       /             landing page: each target at a glance, with its last error; ?target=NAME
//	GET       /metrics      Prometheus text, OpenMetrics with exemplars, protobuf with native histograms
//	GET       /targets      JSON: configuration, state and last results; ?target=NAME, ?last=N (default 10)
//	GET       /sd/engines   metrics pages of the targets' engines and GPUs, for Prometheus' http_sd_configs
//	GET       /config       YAML
//	GET       /-/healthy    200 while the process serves at all
//	GET       /-/ready      200, or 503 before the targets run and during shutdown
//	POST, PUT /-/reload     403 where not enabled, 500 with the reason where the file is bad
//	POST, PUT /-/pause      sends nothing more to ?target=NAME, or to any target; 403 where not enabled, 404
//	POST, PUT /-/resume     ends that
//	GET       /debug/pprof/ profiles of the Go runtime, where enabled
//
// Pauses and profiles are for clients on this machine and those who authenticate: see trusted.
//
// HEAD is served as GET is; any other method is a 405. What a browser posts from another site is a 403.
// Nothing may be cached.
func NewHandler(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metricsHandler(o))
	mux.HandleFunc("GET /{$}", o.landing)
	mux.HandleFunc("GET /targets", o.targets)
	mux.HandleFunc("GET /sd/engines", o.discovery)
	mux.HandleFunc("GET /config", o.config)
	mux.HandleFunc("GET /-/healthy", o.healthy)
	mux.HandleFunc("GET /-/ready", o.ready)
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		mux.HandleFunc(method+" /-/reload", o.reload)
		mux.HandleFunc(method+" /-/pause", o.trusted(o.pause))
		mux.HandleFunc(method+" /-/resume", o.trusted(o.resume))
	}
	if o.Profiles {
		o.addProfiles(mux)
	}
	return guarded(http.NewCrossOriginProtection().Handler(mux))
}

// guarded keeps answers out of caches, and pages from loading or running anything.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// metricsHandler bounds what scrapes can cost: those that come at the same time, such as of two Prometheus servers,
// are served from one collection.
func metricsHandler(o Options) http.Handler {
	return promhttp.HandlerFor(o.Gatherer, promhttp.HandlerOpts{
		ErrorLog:            scrapeErrors{o.Logger},
		ErrorHandling:       promhttp.ContinueOnError, // one bad series must not hide all others
		Registry:            o.Registerer,
		MaxRequestsInFlight: 4,
		CoalesceGather:      true,
		Timeout:             10 * time.Second,
		EnableOpenMetrics:   true, // the format that carries exemplars
	})
}

// scrapeErrors logs the errors of promhttp.
type scrapeErrors struct{ log *slog.Logger }

func (s scrapeErrors) Println(v ...any) {
	for _, x := range v {
		if err, ok := x.(error); ok {
			s.log.Error("metrics cannot be collected or written", "err", err)
		}
	}
}
