package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/prometheus/exporter-toolkit/web"

	"github.com/firsttoken/firsttoken/exporter/pages"
	"github.com/firsttoken/firsttoken/prober"
)

// website serves a service's pages and stops the service at the end.
type website struct {
	service *service
	flags   *web.FlagConfig
	config  func() string
	targets func() []prober.Target
	reload  func(context.Context) error // nil where it is not enabled
	pauses  pages.Pauses                // the same
	pprof   bool
	ready   atomic.Bool
}

func newWebsite(c *configuration, o options) *website {
	return &website{service: c.service, flags: o.web(), config: c.redacted, targets: c.targets, pprof: o.EnablePprof}
}

// serve answers until ctx ends or the server fails; beside runs meanwhile, until its context ends.
// The end is in this order: readiness, so that load balancers turn away; probing; the results file; and
// the pages last, so that a scrape in between still sees how the run ended.
//
// Without listeners it serves on systemd's sockets.
func (w *website) serve(ctx context.Context, listeners []net.Listener, beside func(context.Context)) error {
	server := newWebServer(w.handler(), w.connections, w.service.log)
	failed := make(chan error, 1)
	go func() {
		if listeners == nil {
			failed <- web.ListenAndServe(server, w.flags, w.service.log)
			return
		}
		failed <- web.ServeMultiple(listeners, server, w.flags, w.service.log)
	}()
	w.ready.Store(true)
	err := until(ctx, failed, beside)
	w.ready.Store(false)
	if err == nil {
		w.service.log.Info("stopping")
	}
	stopped := w.service.stop()
	shutdown(server)
	if err == nil {
		if closed := <-failed; !errors.Is(closed, http.ErrServerClosed) {
			err = closed
		}
	}
	return errors.Join(err, stopped)
}

// until returns when ctx ends, which is no error, or when the server fails, and beside has returned.
func until(ctx context.Context, failed <-chan error, beside func(context.Context)) error {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		beside(ctx)
	}()
	defer func() {
		cancel()
		<-done
	}()
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	}
}

// connections is how many clients the targets of the configuration in use leave room for.
func (w *website) connections() int {
	return webLimit(descriptorLimit(), neededDescriptors(w.targets()))
}

func (w *website) handler() http.Handler {
	o := pages.Options{
		Gatherer: w.service.registry, Registerer: w.service.registry, History: w.service.history,
		Version: programVersion(), Logger: w.service.log,
		Ready: w.ready.Load, Targets: w.targets, Config: w.config, Reload: w.reload, Pauses: w.pauses,
		Profiles: w.pprof, Authenticated: authenticated(*w.flags.WebConfigFile),
	}
	if w.service.ledger != nil {
		o.Ledger = w.service.ledger
	}
	return pages.NewHandler(o)
}
