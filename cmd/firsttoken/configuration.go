package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/stableread"
	"github.com/firsttoken/firsttoken/prober"
)

// configuration is the file in use, with the targets of its lists, and applies the next one.
type configuration struct {
	service *service
	options options
	reader  stableread.Reader

	loading sync.Mutex // one change at a time; it guards what follows
	base    *config.File
	lists   []*list
	tried   attempt

	file     atomic.Pointer[config.File] // base with the targets of the lists
	reloader *reloader
	unwatch  context.CancelFunc
	watching sync.WaitGroup // the refreshes of the lists
}

// attempt is the last one to load the file.
type attempt struct {
	hash uint64 // of the bytes that were read; 0 if there were none
	at   time.Time
	err  error
}

// tryAgain is how long a refused file is left alone if it does not change. What was wrong may be mended elsewhere: a
// key file that was not there yet.
const tryAgain = 5 * time.Minute

// probe starts a service on the targets of a first file. If that fails, nothing is left running.
//
// A list that cannot be used does not hold up the other targets: it is counted, and read again at its interval.
func probe(ctx context.Context, file *config.File, so serviceOptions) (*configuration, error) {
	lists := look(ctx, file.Lists, nil)
	with, _ := combine(file, lists)
	so.targets = with.Targets
	s, err := newService(ctx, so)
	if err != nil {
		return nil, err
	}
	c := &configuration{
		service: s, options: so.options, base: file, tried: attempt{hash: file.Hash},
		reloader: newReloader(time.Duration(so.options.AutoReloadInterval)),
	}
	c.reloader.load, c.reloader.changed, c.reloader.signal = c.load, c.changed, s.reopenResults
	if err := c.apply(with); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	c.useLists(lists)
	s.reloads.Succeeded(file.Hash, time.Now())
	if len(with.Targets) == 0 {
		s.log.Warn("there are no targets: nothing is probed", "file", file.Name)
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
	return nil
}

// load reads the file again and applies it. A bad file changes nothing.
func (c *configuration) load(ctx context.Context) error {
	c.loading.Lock()
	defer c.loading.Unlock()
	file, err := c.read(ctx)
	if err == nil {
		err = c.replace(ctx, file)
	}
	c.tried.at, c.tried.err = time.Now(), err
	if err != nil {
		c.service.reloads.Failed()
		c.logProblems(err)
		return err
	}
	c.service.reloads.Succeeded(file.Hash, time.Now())
	c.watchLists(ctx)
	c.service.log.Info("configuration was loaded", "file", file.Name, "targets", len(c.targets()))
	return nil
}

// read reads the file when nobody is writing it.
func (c *configuration) read(ctx context.Context) (*config.File, error) {
	c.tried.hash = 0
	data, err := c.options.stableBytes(ctx, c.reader)
	if err != nil {
		return nil, err
	}
	c.tried.hash = config.HashOf(data)
	return c.options.parse(data)
}

// replace takes another file into use.
func (c *configuration) replace(ctx context.Context, file *config.File) error {
	lists := look(ctx, file.Lists, c.lists)
	with, err := combine(file, lists)
	if err != nil {
		return err
	}
	if running := len(c.targets()); running > 0 && len(with.Targets) == 0 && !c.options.AllowEmpty {
		return fmt.Errorf("%w: %d are running", errNoTargets, running)
	}
	if err := c.apply(with); err != nil {
		return err
	}
	c.base = file
	c.useLists(lists)
	return nil
}

// errNoTargets refuses a file that would end all probing: most likely nobody means that.
var errNoTargets = errors.New("it has no targets left (--" + allowEmpty + " allows that)")

// changed reports whether the file should be loaded again. It reads the file as it is at this moment; loading it will
// wait until it is stable.
func (c *configuration) changed() bool {
	if info, err := os.Stat(c.options.ConfigFile); err == nil && !info.Mode().IsRegular() {
		return false // a pipe can be read once
	}
	var hash uint64
	if data, err := os.ReadFile(c.options.ConfigFile); err == nil {
		hash = config.HashOf(data)
	}
	c.loading.Lock()
	defer c.loading.Unlock()
	return hash != c.tried.hash || c.tried.err != nil && time.Since(c.tried.at) >= tryAgain
}

// logProblems logs each problem of a refused file on a line of its own.
func (c *configuration) logProblems(err error) {
	c.service.log.Error("configuration was refused, the one before stays in use", "file", c.options.ConfigFile)
	var problems config.Errors
	if !errors.As(err, &problems) {
		c.service.log.Error("configuration problem", "problem", err)
		return
	}
	for _, p := range problems {
		c.service.log.Error("configuration problem", "problem", p.String())
	}
}

// follow reloads on each signal and each change, and refreshes the lists, until ctx ends.
func (c *configuration) follow(ctx context.Context, reload <-chan os.Signal) {
	ctx, cancel := context.WithCancel(ctx)
	defer c.watching.Wait()
	defer cancel()
	c.watchLists(ctx)
	c.reloader.run(ctx, reload)
}

// targets are those of the file in use. Their infrastructure may be newer than that of the running loops.
func (c *configuration) targets() []prober.Target { return c.file.Load().Targets }

// redacted is the file in use without its keys.
func (c *configuration) redacted() string { return c.file.Load().Redacted() }
