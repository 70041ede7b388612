package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/prober"
)

// configuration is the file in use, and applies the next one.
type configuration struct {
	service *service
	path    string
	checks  []config.Check
	loading sync.Mutex // one reload at a time
	file    atomic.Pointer[config.File]
}

// probe starts a service on the targets of a first file. If that fails, nothing is left running.
func probe(ctx context.Context, file *config.File, so serviceOptions) (*configuration, error) {
	so.targets = file.Targets
	s, err := newService(ctx, so)
	if err != nil {
		return nil, err
	}
	c := &configuration{service: s, path: so.options.ConfigFile, checks: so.options.checks()}
	if err := c.apply(file); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return c, nil
}

// apply takes a valid file into use.
func (c *configuration) apply(file *config.File) error {
	limits, err := c.newLimits(file)
	if err != nil {
		return err
	}
	limits.begin()
	if err := c.service.prober.Apply(file.Targets); err != nil {
		limits.undo()
		return err
	}
	limits.end()
	for _, w := range file.Warnings {
		c.service.log.Warn("configuration is odd", "problem", w.String())
	}
	warnOfDescriptors(c.service.log, file.Targets, descriptorLimit())
	c.file.Store(file)
	c.service.gpus.SetTargets(gpusOf(file.Targets))
	c.service.reloads.Succeeded(file.Hash, time.Now())
	return nil
}

// load reads the file again and applies it. A bad file changes nothing.
func (c *configuration) load(context.Context) error {
	c.loading.Lock()
	defer c.loading.Unlock()
	file, err := config.Load(c.path, c.checks...)
	if err == nil {
		err = c.apply(file)
	}
	if err != nil {
		c.service.reloads.Failed()
		c.logProblems(err)
		return err
	}
	c.service.log.Info("configuration was loaded", "file", c.path, "targets", len(file.Targets))
	return nil
}

// logProblems logs each problem of a refused file on a line of its own.
func (c *configuration) logProblems(err error) {
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

// follow reloads on each signal, until ctx ends. load logs and counts a failure, so follow drops it.
func (c *configuration) follow(ctx context.Context, reload <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-reload:
			c.service.reopenResults()
			_ = c.load(ctx)
		}
	}
}

// targets are those of the file in use. Their infrastructure may be newer than that of the running loops.
func (c *configuration) targets() []prober.Target { return c.file.Load().Targets }

// redacted is the file in use without its keys.
func (c *configuration) redacted() string { return c.file.Load().Redacted() }
