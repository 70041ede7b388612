package noise

import "math"

// counters are running sums as the prober's counters have them, a value for each minute.
type counters struct{ n, logs, ttft, tps, events, bad []float64 }

// sums of a window.
type sums struct{ n, logs, ttft, tps, events, bad, load float64 }

func newCounters(minutes int) counters {
	var c counters
	for _, s := range []*[]float64{&c.n, &c.logs, &c.ttft, &c.tps, &c.events, &c.bad} {
		*s = make([]float64, minutes)
	}
	return c
}

// count adds up the requests as they are after a change.
func (t *target) count(change func(request) request) counters {
	c := newCounters(len(t.requests))
	var s sums
	for i, requests := range t.requests {
		for _, r := range requests {
			s.add(change(r), t.threshold)
		}
		c.n[i], c.logs[i], c.ttft[i], c.tps[i], c.events[i], c.bad[i] = s.n, s.logs, s.ttft, s.tps, s.events, s.bad
	}
	return c
}

func (s *sums) add(r request, threshold float64) {
	s.events++
	if r.failed || float64(r.ttft) > threshold {
		s.bad++
	}
	if r.failed {
		return
	}
	s.n++
	s.logs += float64(r.ttft)
	s.ttft += math.Exp(float64(r.ttft))
	s.tps += math.Exp(float64(r.tps))
}

// stepped is count for requests that are all slower by a factor, and stream slower by it.
func (t *target) stepped(factor float64) counters {
	c, ln := newCounters(len(t.requests)), math.Log(factor)
	bad := 0.0
	for i, requests := range t.requests {
		for _, r := range requests {
			if r.failed || float64(r.ttft)+ln > t.threshold {
				bad++
			}
		}
		c.bad[i], c.events[i], c.n[i] = bad, t.events[i], t.n[i]
		c.logs[i], c.ttft[i], c.tps[i] = t.logs[i]+ln*t.n[i], t.ttft[i]*factor, t.tps[i]/factor
	}
	return c
}

// a change of the counters at a minute; the zero value is none.
type change struct {
	counters
	at int
}

// window of w minutes that ends at a minute.
func (t *target) window(minute, w int, c change) sums {
	of := func(before, after []float64) float64 {
		start := max(0, minute-w)
		if after == nil || minute <= c.at {
			return before[minute] - before[start]
		}
		return after[minute] - after[max(start, c.at)] + before[max(start, c.at)] - before[start]
	}
	return sums{
		n: of(t.n, c.n), logs: of(t.logs, c.logs), ttft: of(t.ttft, c.ttft), tps: of(t.tps, c.tps),
		events: of(t.events, c.events), bad: of(t.bad, c.bad), load: of(t.load, nil) / float64(w),
	}
}
