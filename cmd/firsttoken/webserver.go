package main

import (
	"log/slog"
	"net/http"
	"time"
)

// Bounds on what a client of the pages can hold, and for how long. The slowest page is /metrics, which gives
// up after 10 s.
const (
	readRequest   = 20 * time.Second // headers and body
	writeResponse = time.Minute
	keepIdle      = 2 * time.Minute // longer than the usual scrape interval
	headerBytes   = 64 << 10
)

// newWebServer serves the pages to at most so many connections.
func newWebServer(handler http.Handler, connections func() int, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaders, ReadTimeout: readRequest, WriteTimeout: writeResponse, IdleTimeout: keepIdle,
		MaxHeaderBytes: headerBytes,
		ConnState:      newConnectionLimit(connections).changed,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
