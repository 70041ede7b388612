package budget

import (
	"math/rand/v2"
	"testing"
	"time"
)

// FuzzBook plays random reservations, settlements, crashes, changes of clock and of caps, and holds the
// book to what it promises: what has been spent never passes a cap, and a crash never makes it less.
func FuzzBook(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := newGame(seed)
		for range 400 {
			g.step(t)
		}
	})
}

// game is a book and what a server that counts would know of it.
type game struct {
	random *rand.Rand
	book   *Book
	now    time.Time
	zone   *time.Location
	limits Limits // of both targets; the process has a half more
	out    []*flight
	spent  map[string]map[days]Amount // by scope and day: what did go out
	stored map[key]Charge
}

type flight struct {
	claim  *Claim
	actual Amount
}

func newGame(seed uint64) *game {
	random := rand.New(rand.NewPCG(seed, 1))
	g := &game{
		random: random, now: time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC), spent: map[string]map[days]Amount{},
		stored: map[key]Charge{}, limits: Limits{20, 60, 2000, 6000},
	}
	names := []string{"UTC", "Europe/Berlin", "America/Havana", "Asia/Kathmandu"}
	g.zone, _ = time.LoadLocation(names[random.IntN(len(names))])
	g.start()
	return g
}

func (g *game) process() Limits { return Limits{30, 90, 3000, 9000} }

// start is the process's start: the book holds what was stored.
func (g *game) start() {
	g.book = NewBook(g.zone)
	var charges []Charge
	for _, c := range g.stored {
		charges = append(charges, c)
	}
	g.book.Restore(charges)
	g.book.SetLimits(g.process(), map[string]Limits{"a": g.limits, "b": g.limits})
	g.out = nil
}

func (g *game) step(t *testing.T) {
	t.Helper()
	switch n := g.random.IntN(100); {
	case n < 50:
		g.reserve()
	case n < 85 && len(g.out) > 0:
		i := g.random.IntN(len(g.out))
		g.book.Settle(g.out[i].claim, g.out[i].actual)
		g.out = append(g.out[:i], g.out[i+1:]...)
		if g.random.IntN(2) == 0 {
			g.store()
		}
	case n < 95:
		g.now = g.now.Add(time.Duration(g.random.IntN(5*3600)) * time.Second)
	case n < 98:
		g.now = g.now.Add(-time.Duration(g.random.IntN(30*3600)) * time.Second)
	default:
		g.start() // kill -9
	}
	g.check(t)
}

// reserve sends a request if there is room, once the room is stored.
func (g *game) reserve() {
	target := []string{"a", "b"}[g.random.IntN(2)]
	worst := Amount{Money(g.random.IntN(5 * dollar)), int64(g.random.IntN(500))}
	c, err := g.book.Reserve(target, g.now, worst)
	if err != nil {
		return
	}
	g.store()
	actual := Amount{Money(g.random.Int64N(int64(worst.Money) + 1)), g.random.Int64N(worst.Tokens + 1)}
	g.out = append(g.out, &flight{claim: c, actual: actual})
	for _, scope := range []string{target, Process} {
		if g.spent[scope] == nil {
			g.spent[scope] = map[days]Amount{}
		}
		g.spent[scope][c.day] = g.spent[scope][c.day].Plus(actual)
	}
}

func (g *game) store() {
	for _, c := range g.book.Changes() {
		k := key{c.Scope, days{c.Start, c.End}}
		if c.Gone {
			delete(g.stored, k)
			continue
		}
		g.stored[k] = c
	}
}

func (g *game) check(t *testing.T) {
	t.Helper()
	for scope, byDay := range g.spent {
		limits := g.limits
		if scope == Process {
			limits = g.process()
		}
		months := map[int64]Amount{}
		for d, a := range byDay {
			g.within(t, scope, limits, Day, a)
			start := periodAt(Month, time.Unix(d.start, 0), g.zone).start
			months[start] = months[start].Plus(a)
			if c := g.stored[key{scope, d}]; c.Money < a.Money || c.Tokens < a.Tokens {
				t.Fatalf("%q: %v is stored of %v that was spent", scope, c.Amount, a)
			}
		}
		for _, a := range months {
			g.within(t, scope, limits, Month, a)
		}
	}
}

func (g *game) within(t *testing.T, scope string, limits Limits, p Period, spent Amount) {
	t.Helper()
	for _, c := range Caps() {
		if most, capped := limits.most(c); capped && c.Period == p && spent.in(c.Unit) > most {
			t.Fatalf("%q: %d %s a %s were spent of %d", scope, spent.in(c.Unit), c.Unit, p, most)
		}
	}
}
