package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/prometheus/exporter-toolkit/web"

	"github.com/firsttoken/firsttoken/exporter"
	"github.com/firsttoken/firsttoken/prober"
)

// website serves a service's pages, and ends both.
type website struct {
	service *service
	flags   *web.FlagConfig
	config  func() string
	targets func() []prober.Target
	reload  func(context.Context) error // nil where it is not enabled
	ready   atomic.Bool
}

// serve answers until ctx ends or the server fails; beside runs meanwhile, until its context ends.
// Then readiness goes first, so that whoever looks at it looks elsewhere, then the probing, then the
// results file, and the pages last: a scrape that comes in between sees how it ended.
//
// No listeners means systemd's sockets.
func (w *website) serve(ctx context.Context, listeners []net.Listener, beside func(context.Context)) error {
	server := &http.Server{
		Handler: w.handler(), ReadHeaderTimeout: readHeaders,
		ErrorLog: slog.NewLogLogger(w.service.log.Handler(), slog.LevelWarn),
	}
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

// until waits for the end of ctx, which is no error, or for the server to fail; and then for beside.
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

func (w *website) handler() http.Handler {
	return exporter.NewHandler(exporter.HandlerOptions{
		Gatherer: w.service.registry, Registerer: w.service.registry, History: w.service.history,
		Version: programVersion(), Logger: w.service.log,
		Ready: w.ready.Load, Targets: w.targets, Config: w.config, Reload: w.reload,
	})
}

// listenFor takes the addresses of the options; none for systemd's sockets.
func listenFor(ctx context.Context, o options) ([]net.Listener, error) {
	if err := web.Validate(o.WebConfigFile); err != nil {
		return nil, fmt.Errorf("reading --web.config.file: %w", err)
	}
	if o.SystemdSocket {
		return nil, nil
	}
	return listen(ctx, o.ListenAddresses)
}

// listen takes all addresses or none.
func listen(ctx context.Context, addresses []string) ([]net.Listener, error) {
	var all []net.Listener
	for _, a := range addresses {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", a)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("listening for scrapes: %w", err), closeAll(all))
		}
		all = append(all, l)
	}
	return all, nil
}

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

func addresses(listeners []net.Listener) []string {
	var all []string
	for _, l := range listeners {
		all = append(all, l.Addr().String())
	}
	return all
}
