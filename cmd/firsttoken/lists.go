package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/discovery"
)

// list is a list of targets that the configuration names, with what it says.
type list struct {
	config.List
	entries []discovery.Entry // of the last good read
	good    bool              // there was one
	next    []discovery.Entry // read, and to be used if it makes targets
	err     error             // why the last read was not good
}

// look reads the lists of a configuration side by side. A list that an earlier configuration had, too, keeps what was
// good of it: a server that does not answer during a reload takes no target away. Such a server is not asked again.
func look(ctx context.Context, named []config.List, before []*list) []*list {
	all := make([]*list, len(named))
	var reading sync.WaitGroup
	for i, n := range named {
		l := &list{List: n}
		all[i] = l
		if at := slices.IndexFunc(before, func(b *list) bool { return b.Key == n.Key && b.good }); at >= 0 {
			l.entries, l.good = before[at].entries, true
		}
		l.next = l.entries
		if l.good && n.Mechanism == "http" {
			continue
		}
		reading.Go(func() { l.read(ctx) })
	}
	reading.Wait()
	return all
}

func (l *list) read(ctx context.Context) {
	var next []discovery.Entry
	if next, l.err = l.Source.Read(ctx); l.err == nil {
		l.next = next
	}
}

// combine makes the configuration with the targets of its lists. A list whose new entries make no targets falls back
// to those that were good.
func combine(file *config.File, lists []*list) (*config.File, error) {
	with, errs := file.With(nextOf(lists))
	if errors.Join(errs...) == nil {
		return with, nil
	}
	for i, err := range errs {
		if err != nil {
			lists[i].err, lists[i].next = err, lists[i].entries
		}
	}
	with, errs = file.With(nextOf(lists))
	return with, errors.Join(errs...)
}

func nextOf(lists []*list) [][]discovery.Entry {
	all := make([][]discovery.Entry, len(lists))
	for i, l := range lists {
		all[i] = l.next
	}
	return all
}

// useLists takes into use what has been combined, and records how it went.
func (c *configuration) useLists(lists []*list) {
	for _, l := range c.lists {
		if !slices.ContainsFunc(lists, func(n *list) bool { return n.Name == l.Name }) {
			c.service.lists.Forget(l.Mechanism, l.Name)
		}
	}
	c.lists = lists
	for _, l := range lists {
		c.service.lists.Watch(l.Mechanism, l.Name)
		l.settle(c)
	}
}

// settle ends a refresh.
func (l *list) settle(c *configuration) {
	if l.err != nil {
		l.next = l.entries
		c.service.lists.Failed(l.Mechanism, l.Name)
		c.service.log.Warn("list of targets cannot be used, the one before stays in use",
			"list", l.Name, "targets", len(l.entries), "problem", l.err)
		return
	}
	l.entries, l.good = l.next, true
	c.service.lists.Found(l.Mechanism, l.Name, len(l.entries), time.Now())
}

// watchLists refreshes each list at its interval, until ctx ends or other lists are in use.
func (c *configuration) watchLists(ctx context.Context) {
	if c.unwatch != nil {
		c.unwatch()
	}
	ctx, c.unwatch = context.WithCancel(ctx)
	for _, l := range c.lists {
		c.watching.Go(func() {
			ticker := time.NewTicker(l.Source.Interval())
			defer ticker.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
					c.refresh(ctx, l)
				}
			}
		})
	}
}

// refresh reads a list again and takes it into use if it has changed.
func (c *configuration) refresh(ctx context.Context, l *list) {
	read := &list{List: l.List}
	read.read(ctx)
	c.loading.Lock()
	defer c.loading.Unlock()
	if ctx.Err() != nil {
		return // another configuration is in use
	}
	l.next, l.err = l.entries, read.err
	if l.err == nil && (!l.good || !reflect.DeepEqual(read.next, l.entries)) {
		l.next = read.next
		l.err = c.applyLists()
	}
	l.settle(c)
}

// applyLists applies the configuration in use with what its lists say now. All of them must fit: a name that two of
// them have is the fault of the one that came last.
func (c *configuration) applyLists() error {
	with, errs := c.base.With(nextOf(c.lists))
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := c.apply(with); err != nil {
		return err
	}
	c.service.log.Info("list of targets has changed", "targets", len(with.Targets))
	return nil
}

// lookOnce is a configuration with what its lists say now, for commands that do not go on. The error is about lists
// that are left out.
func lookOnce(ctx context.Context, file *config.File, mechanisms ...string) (*config.File, error) {
	lists := make([]*list, len(file.Lists))
	var errs []error
	for i, n := range file.Lists {
		lists[i] = &list{List: n}
		if slices.Contains(mechanisms, n.Mechanism) {
			lists[i].read(ctx)
		}
		if err := lists[i].err; err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", n.Name, err))
		}
	}
	with, problems := file.With(nextOf(lists))
	return with, errors.Join(append(errs, problems...)...)
}
