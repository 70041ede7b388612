package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/exporter-toolkit/web"

	"github.com/firsttoken/firsttoken/exporter/otel"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/prober"
)

// daemon probes the configured targets and serves what is measured, until ctx ends.
//
// All that can be wrong is looked at before anything is started: the file, the addresses, the
// results file, the clients of all targets.
func daemon(ctx context.Context, p program, o options) error {
	file, err := config.Load(o.ConfigFile, knownGPUs(o.DCGM))
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
	s, err := newService(ctx, o, file.Targets, log, connect)
	if err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	c := &configuration{service: s, path: o.ConfigFile, also: knownGPUs(o.DCGM)}
	if err := c.apply(file); err != nil {
		return errors.Join(err, s.stop(), closeAll(listeners))
	}
	w := &website{service: s, flags: o.web(), config: c.redacted, targets: c.targets}
	if o.EnableLifecycle {
		w.reload = c.load
	}
	return w.serve(ctx, listeners, func(ctx context.Context) {
		p.listening(addresses(listeners)...)
		c.follow(ctx, p.Reload)
	})
}

// configuration is the file that is in use.
type configuration struct {
	service *service
	path    string
	also    config.Check
	loading sync.Mutex // one reload at a time
	file    atomic.Pointer[config.File]
}

// apply makes a file that was found to be right the one in use.
func (c *configuration) apply(file *config.File) error {
	if err := c.service.prober.Apply(file.Targets); err != nil {
		return err
	}
	for _, w := range file.Warnings {
		c.service.log.Warn("configuration is odd", "problem", w.String())
	}
	c.file.Store(file)
	c.service.gpus.SetTargets(gpusOf(file.Targets))
	c.service.reloads.Succeeded(file.Hash, time.Now())
	return nil
}

// load reads the file again. If it is bad, nothing changes.
func (c *configuration) load(context.Context) error {
	c.loading.Lock()
	defer c.loading.Unlock()
	file, err := config.Load(c.path, c.also)
	if err == nil {
		err = c.apply(file)
	}
	if err != nil {
		c.service.reloads.Failed()
		c.refused(err)
		return err
	}
	c.service.log.Info("configuration was loaded", "file", c.path, "targets", len(file.Targets))
	return nil
}

// refused logs each problem of a file in a line of its own.
func (c *configuration) refused(err error) {
	c.service.log.Error("configuration was refused, the one before stays in use", "file", c.path)
	var problems config.Errors
	if !errors.As(err, &problems) {
		c.service.log.Error("configuration problem", "problem", err)
		return
	}
	for _, p := range problems {
		c.service.log.Error("configuration problem", "problem", p.String())
	}
}

// follow reloads when it is told to, until ctx ends. What goes wrong is logged and counted; there is
// nobody else to tell.
func (c *configuration) follow(ctx context.Context, reload <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-reload:
			_ = c.load(ctx)
		}
	}
}

// targets are those of the file in use, whose infrastructure may be newer than those of the loops.
func (c *configuration) targets() []prober.Target { return c.file.Load().Targets }

func (c *configuration) redacted() string { return c.file.Load().Redacted() }

// web are the options in the form of Prometheus' exporter-toolkit.
func (o *options) web() *web.FlagConfig {
	return &web.FlagConfig{
		WebListenAddresses: &o.ListenAddresses, WebSystemdSocket: &o.SystemdSocket, WebConfigFile: &o.WebConfigFile,
	}
}
