package prober

// manyErlangs is the load beyond which sessionsFor is approximate.
const manyErlangs = 100_000

// sessionsFor is the smallest number of sessions with which at most the share loss of slots finds
// none ready: a session is a server, busy from a request until the pause after its answer is over.
//
//	2.5M TPM / 121k tokens = 0.34 requests/s; × 50 s of answer and pause = 17 Erlangs → 28 sessions
func sessionsFor(erlangs, loss float64) int {
	if erlangs > manyErlangs {
		return int(erlangs) // the reserve is a small share, and the recursion takes long
	}
	m, b := 0, 1.0
	for b > loss {
		m++
		b = erlangB(m, erlangs, b)
	}
	return max(m, 1)
}

// erlangB is the share B(m, a) of arrivals that find all of m servers busy, at an offered load of a
// Erlangs (arrivals per unit of time × time for which each keeps a server), given that share for one
// server fewer. It is one step of the usual recursion
//
//	B(0, a) = 1,   B(m, a) = a·B(m−1, a) / (m + a·B(m−1, a))
//
// For Poisson arrivals it holds whatever the distribution of that time. A. K. Erlang, Solution of
// some problems in the theory of probabilities of significance in automatic telephone exchanges, 1917.
func erlangB(m int, a, oneFewer float64) float64 { return a * oneFewer / (float64(m) + a*oneFewer) }
