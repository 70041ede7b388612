package alerts

import "time"

// Window is a range as PromQL writes it, of one unit: 5m, 6h, 3d.
type Window string

// Duration of the window; false when it is not a number of m, h or d.
func (w Window) Duration() (time.Duration, bool) {
	if len(w) < 2 {
		return 0, false
	}
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[w[len(w)-1]]
	n := time.Duration(0)
	for _, c := range []byte(w[:len(w)-1]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + time.Duration(c-'0')
	}
	return n * unit, n > 0 && unit > 0
}
