package main

import (
	"context"
	"errors"

	"github.com/firsttoken/firsttoken/exporter/otel"
	"github.com/firsttoken/firsttoken/internal/stableread"
)

// daemon is the subcommand run: it probes the configured targets and serves what it measures, until ctx
// ends.
//
// Everything that can be wrong is checked before anything starts: the file, the addresses, the results
// file, the clients of all targets.
func daemon(ctx context.Context, p program, o options) error {
	file, err := o.readStable(ctx, stableread.Reader{})
	if err != nil {
		return err
	}
	if o.telemetry, err = otel.FromEnvironment(p.Environ); err != nil {
		return err
	}
	log, err := p.logger(o)
	if err != nil {
		return err
	}
	listeners, err := listenFor(ctx, o)
	if err != nil {
		return err
	}
	spent, err := openLedger(file, o, log)
	if err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	c, err := probe(ctx, file, serviceOptions{options: o, log: log, connect: connect, ledger: spent})
	if err != nil {
		return errors.Join(err, spent.Close(ctx), closeAll(listeners))
	}
	w := newWebsite(c, o)
	if o.EnableLifecycle {
		w.reload, w.pauses = c.reloader.ask, c.service.prober
	}
	return w.serve(ctx, listeners, func(ctx context.Context) {
		p.listening(addresses(listeners)...)
		c.follow(ctx, p.Reload)
	})
}
