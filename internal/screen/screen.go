// Package screen prints for people at a terminal: the demo's live screen, tables, and numbers in a form
// that is read at a glance. It reads the history and measures nothing.
package screen

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
)

// Options say what a Screen shows beside the history.
type Options struct {
	In       io.Reader // keys, if it is a terminal
	Out      io.Writer
	Environ  []string // KEY=value
	Title    string
	Notes    []string // caveats, above the table
	Order    []string // of the targets
	InFlight func(target string) int64

	Incidents func() []Incident // so far, the newest last
	Coming    func() string     // says when the next comes by itself; empty if none does
	Play      func()            // plays an incident now, for somebody who pressed the key
	Quit      func()            // ends the context of Show, for somebody who pressed the key
}

// Screen shows the history of a run: on a terminal a picture that is redrawn all the time, elsewhere
// one line for each target every few seconds.
type Screen struct {
	Options
	terminal *terminal // nil where there is none
	warnings *tail
	started  time.Time
	watched  []*watch // the incidents so far
	help     bool     // the page is shown
	keys     bool     // are read
}

// New returns a screen on o.Out. Its clock starts now.
func New(o Options) *Screen {
	s := &Screen{Options: o, warnings: &tail{}, started: time.Now()}
	if t, ok := terminalOf(o.Out, o.Environ); ok {
		s.terminal = t
	}
	return s
}

// Logger returns the logger to use while the screen owns the terminal: it shows the last warnings below
// the table. ok is false where there is no terminal, and any logger will do.
func (s *Screen) Logger() (log *slog.Logger, ok bool) {
	return quiet(s.warnings), s.terminal != nil
}

// redraw is how often the picture is drawn: a first answer is seen at once.
const redraw = 250 * time.Millisecond

// Show runs until ctx ends. The last state stays visible after it, with a summary of the incidents.
func (s *Screen) Show(ctx context.Context, h *history.History, addresses []string) {
	if s.terminal == nil {
		s.printLines(ctx, h, addresses)
	} else {
		s.showPicture(ctx, h, addresses)
		final := s.snapshot(h, addresses)
		final.Over, final.Incident = true, nil
		for _, line := range final.lines(minWidth, minHeight, s.terminal.style) {
			fmt.Fprintln(s.Out, line)
		}
	}
	s.follow(h)
	for _, line := range s.summary() {
		fmt.Fprintln(s.Out, line)
	}
}

// showPicture leaves the terminal as it found it, also when it panics.
func (s *Screen) showPicture(ctx context.Context, h *history.History, addresses []string) {
	s.terminal.open()
	defer s.terminal.close()
	var pressed <-chan rune
	if keyboard, ok := openKeyboard(s.In); ok {
		defer keyboard.restore()
		s.keys, pressed = true, keyboard.pressed
	}
	s.redraw(ctx, h, addresses, pressed)
}

func (s *Screen) redraw(ctx context.Context, h *history.History, addresses []string, pressed <-chan rune) {
	tick := time.NewTicker(redraw)
	defer tick.Stop()
	for {
		s.follow(h)
		if s.help {
			s.terminal.draw(func(_, _ int, st style) []string { return help(st) })
		} else {
			s.terminal.draw(s.snapshot(h, addresses).lines)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case key := <-pressed:
			s.press(key)
		}
	}
}

// press does what a key asks for.
func (s *Screen) press(key rune) {
	switch key {
	case keyIncident:
		s.help = false
		s.Play()
	case keyHelp:
		s.help = !s.help
	case keyBack:
		s.help = false
	case keyRedraw:
		s.terminal.clear()
	case keyQuit:
		s.Quit()
	}
}

// follow looks at the incidents so far.
func (s *Screen) follow(h *history.History) {
	now := time.Now()
	for _, i := range s.Incidents()[len(s.watched):] {
		s.watched = append(s.watched, newWatch(i, h))
	}
	for _, w := range s.watched {
		w.update(h, now)
	}
}

// shownFor is how long an incident stays on the screen after its end.
const shownFor = time.Minute

// incident is the one to be shown, or nil.
func (s *Screen) incident(now time.Time) *watch {
	if n := len(s.watched); n > 0 && now.Sub(s.watched[n-1].Until) < shownFor {
		return s.watched[n-1]
	}
	return nil
}

// link is the address of the pages. Behind systemd's sockets it is empty: we do not know the address.
func link(addresses []string) string {
	if len(addresses) == 0 {
		return ""
	}
	return "http://" + addresses[0]
}

func (s *Screen) up() time.Duration { return time.Since(s.started) }

// shownResults is how many of a target's last results are looked at.
const shownResults = 200

func (s *Screen) snapshot(h *history.History, addresses []string) snapshot {
	now := time.Now()
	return snapshot{
		Title: s.Title, Notes: s.Notes, Up: s.up(), Now: now, Keys: s.keys,
		Incident: s.incident(now), Coming: s.Coming(),
		Rows: s.rows(h), Link: link(addresses), Warnings: s.warnings.last(),
	}
}

// rows are the targets that have a history, in the order of the options.
func (s *Screen) rows(h *history.History) []row {
	names := h.Targets()
	slices.SortFunc(names, func(a, b string) int { return slices.Index(s.Order, a) - slices.Index(s.Order, b) })
	var all []row
	for _, name := range names {
		if summary, ok := h.Summary(name); ok {
			last, _ := h.Last(name, shownResults)
			t, _ := h.Target(name)
			r := rowOf(summary, last, t)
			r.InFlight = s.InFlight(name)
			all = append(all, r)
		}
	}
	return all
}
