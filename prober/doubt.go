package prober

import "time"

// doubter marks verdicts on timed indicators that are given while the process is not trusted, wherever they come from:
// a first token, a deadline, an unused slot, the end of an exchange.
type doubter struct {
	next  Observer
	trust Trust
}

// doubting is the observer itself where nothing is doubted.
func doubting(next Observer, trust Trust) Observer {
	if trust == nil {
		return next
	}
	return doubter{next, trust}
}

func (d doubter) Observe(e Event) {
	if j, ok := e.(Judged); ok && j.SLO.Timed() {
		j.Doubted = j.Doubted || !d.trust.Trusted(time.Now())
		e = j
	}
	d.next.Observe(e)
}
