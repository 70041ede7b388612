package budget

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// State is one cap and what has been charged to it.
type State struct {
	Scope     string // a target, or Process
	Cap       Cap
	Limit     float64 // in dollars or tokens; infinite where there is no cap
	Spent     float64 // settled, and reserved for what is on its way
	Settled   float64
	Level     Level
	Since     time.Time // when this process first saw the level
	BeginsNew time.Time // when the cap counts from nothing again
}

// Level is what all budgets together leave of a target's load.
func (b *Book) Level(target string, now time.Time) Level {
	if !b.limited[target] {
		return Stopped
	}
	level := Normal
	for i := range capCount {
		level = max(level, b.accounts[target].levelOf(i, now, b.zone), b.accounts[Process].levelOf(i, now, b.zone))
	}
	return level
}

// States are all caps of the process and then of each target that has a budget, by name.
func (b *Book) States(now time.Time) []State {
	scopes := []string{Process}
	for target := range b.limited {
		scopes = append(scopes, target)
	}
	slices.Sort(scopes)
	states := make([]State, 0, capCount*len(scopes))
	for _, scope := range scopes {
		for i := range capCount {
			states = append(states, b.state(scope, i, now))
		}
	}
	return states
}

func (b *Book) state(scope string, i int, now time.Time) State {
	a, c := b.accounts[scope], Caps()[i]
	period := periodAt(c.Period, now, b.zone)
	settled, outstanding := a.since(period.start)
	s := State{
		Scope: scope, Cap: c, Limit: float64(a.limits.Of(c)), Level: a.levelOf(i, now, b.zone), Since: a.marks[i].since,
		Spent: c.Show(settled.Plus(outstanding)), Settled: c.Show(settled), BeginsNew: time.Unix(period.end, 0).In(b.zone),
	}
	if s.Limit == 0 {
		s.Limit = math.Inf(1)
	}
	return s
}

// Text is a number of dollars, with cents, or of tokens.
func (c Cap) Text(v float64) string {
	if c.Unit == InDollars {
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// Show is an amount as a person counts it: in dollars or tokens.
func (c Cap) Show(a Amount) float64 {
	if c.Unit == InDollars {
		return a.Money.Dollars()
	}
	return float64(a.Tokens)
}
