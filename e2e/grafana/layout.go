package grafana

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// columns is the width of a dashboard's grid.
const columns = 24

// Layout lists the panels as they lie on an open page: collapsed rows are opened, repeated panels are repeated, and
// the panels below move down.
func (v *View) Layout(ctx context.Context, d Dashboard) []Panel {
	var all []Panel
	shift := 0
	for _, p := range d.Panels {
		p.GridPos.Y += shift
		if p.Repeat == "" {
			all = append(all, p)
		} else {
			all = append(all, v.repeat(ctx, d, p)...)
		}
		if p.Type != "row" || !p.Collapsed {
			continue
		}
		bottom := p.GridPos.Y + 1
		for _, inner := range p.Panels {
			inner.GridPos.Y += shift
			bottom = max(bottom, inner.GridPos.Y+inner.GridPos.H)
			all = append(all, inner)
		}
		shift += bottom - p.GridPos.Y - 1
	}
	return all
}

// repeat puts a panel side by side for each value of its variable.
func (v *View) repeat(ctx context.Context, d Dashboard, p Panel) []Panel {
	i := slices.IndexFunc(d.Templating.List, func(x Variable) bool { return x.Name == p.Repeat })
	if i < 0 {
		return []Panel{p}
	}
	options, err := v.options(ctx, d.Templating.List[i])
	if err != nil || len(options) == 0 {
		return []Panel{p}
	}
	var all []Panel
	for i, o := range options {
		one := p
		one.Title = strings.ReplaceAll(p.Title, "$"+p.Repeat, o)
		one.GridPos.W = columns / len(options)
		one.GridPos.X = i * one.GridPos.W
		one.Targets = slices.Clone(p.Targets)
		for j := range one.Targets {
			one.Targets[j].Expr = strings.ReplaceAll(one.Targets[j].Expr, "$"+p.Repeat, o)
		}
		all = append(all, one)
	}
	return all
}

// Mark is the beginning of an annotation.
type Mark struct {
	At     time.Time
	Colour string
}

// Marks lists the beginnings of all annotations in time order.
func (v *View) Marks(ctx context.Context, d Dashboard) ([]Mark, error) {
	var all []Mark
	for _, a := range d.Annotations.List {
		found, err := v.Ask(ctx, Panel{}, Query{Expr: a.Target.Expr, Interval: a.Target.Interval})
		if err != nil {
			return nil, fmt.Errorf("annotation %s: %w", a.Name, err)
		}
		for _, s := range found {
			for i, at := range s.At {
				if i == 0 || at.Sub(s.At[i-1]) > 10*time.Minute {
					all = append(all, Mark{at, a.IconColor})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Mark) int { return a.At.Compare(b.At) })
	return all, nil
}
