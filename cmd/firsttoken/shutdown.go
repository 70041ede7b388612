package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Shutdown cancels requests in flight at once. These limits are for a disk or a collector that hangs,
// and for a scrape that does not end. Together they stay below the 5 s that are documented.
const (
	proberLimit  = 2500 * time.Millisecond
	outputsLimit = 1000 * time.Millisecond
	serverLimit  = 1000 * time.Millisecond
)

// stop ends probing, then the observers: the results file then holds every result.
func (s *service) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), proberLimit)
	defer cancel()
	s.stopGPUs()
	err := s.prober.Stop(ctx)
	s.closeWaker()
	s.cancel()
	s.running.Wait()
	return errors.Join(err, s.closeOutputs())
}

// closeOutputs flushes the results file, the ledger and the telemetry, side by side.
func (s *service) closeOutputs() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), outputsLimit)
	defer cancel()
	var closing sync.WaitGroup
	if s.telemetry != nil {
		closing.Go(func() { s.telemetry.Close(ctx) })
	}
	var spent error
	if s.ledger != nil {
		closing.Go(func() { spent = s.ledger.Close(ctx) })
	}
	if s.results != nil {
		err = s.results.Close(ctx)
	}
	closing.Wait()
	return errors.Join(err, spent)
}

// shutdown gives the responses under way a moment to end, then cuts them.
func shutdown(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), serverLimit)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
}
