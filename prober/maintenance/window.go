package maintenance

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/robfig/cron/v3"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// longest is the most that windows may last in a row. A target that should be left alone for longer is paused.
const longest = 7 * 24 * time.Hour

// Window is a span of time that recurs.
type Window struct {
	Cron     string         `yaml:"cron"`               // its beginnings: minute, hour, day of month, month, day of week
	Length   model.Duration `yaml:"length"`             // from each beginning
	Timezone string         `yaml:"timezone,omitempty"` // of Cron; empty is UTC
}

// Validate returns every problem of the window.
func (w Window) Validate() invalid.Errors {
	var errs invalid.Errors
	p, err := w.parse()
	if err != nil {
		errs.Add("cron", "%v", err)
	}
	if _, err := w.zone(); err != nil {
		errs.Add("timezone", "%v", err)
	}
	switch length := time.Duration(w.Length); {
	case w.Length == 0:
		errs.Add("length", "is missing")
	case length < 0 || length > longest:
		errs.Add("length", "%s is not between 0 and 7d; `load: {paused: true}` has no end", w.Length)
	}
	if len(errs) == 0 {
		p.validate(&errs)
	}
	return errs
}

func (w Window) zone() (*time.Location, error) {
	zone, err := time.LoadLocation(w.Timezone)
	if err != nil {
		return nil, fmt.Errorf("%q is no time zone such as Europe/Berlin", w.Timezone)
	}
	return zone, nil
}

// parse reads the expression and the time zone. Spellings of cron that are no calendar, such as @every 5m, are
// refused: such a window would have no certain beginning.
func (w Window) parse() (window, error) {
	if strings.TrimSpace(w.Cron) == "" {
		return window{}, errors.New("is missing")
	}
	if strings.Contains(w.Cron, "TZ=") {
		return window{}, errors.New("the time zone belongs into `timezone`")
	}
	schedule, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(w.Cron)
	if err != nil {
		return window{}, fmt.Errorf("%q is no cron expression such as \"0 2 * * SUN\", "+
			"which is minute, hour, day of month, month, day of week: %w", w.Cron, err)
	}
	zone, err := w.zone()
	if err != nil {
		zone = time.UTC
	}
	return window{schedule, time.Duration(w.Length), zone}, nil
}

// window is a Window that can be asked.
type window struct {
	begins cron.Schedule
	length time.Duration
	zone   *time.Location
}

// next is the first beginning after t; false if there is none within five years.
func (w window) next(t time.Time) (time.Time, bool) {
	next := w.begins.Next(t.Round(0).In(w.zone)) // by the wall clock
	return next, !next.IsZero()
}

// covers returns the beginning and the end of the window that covers t.
//
//	t − length          begin       t      end
//	────┼─────────────────┼─────────┼───────┼──
//	    └ the first beginning after this, if it is not after t
func (w window) covers(t time.Time) (begin, end time.Time, ok bool) {
	begin, ok = w.next(t.Add(-w.length))
	return begin, begin.Add(w.length), ok && !begin.After(t)
}

// validate refuses windows that never begin, or that follow each other without a gap for longer than the longest.
func (w window) validate(errs *invalid.Errors) {
	begin, ok := w.next(time.Unix(0, 0))
	if !ok {
		errs.Add("cron", "is never: there is no such day")
		return
	}
	if end := (Schedule{w}).end(begin); end.Sub(begin) > longest {
		errs.Add("length", "is longer than the time to the next window: the target would never be probed")
	}
}
