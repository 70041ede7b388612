package prober

// erlangB is the share of arrivals that find all of m servers busy, at an offered load of a Erlangs
// (arrivals per unit of time × time for which each keeps a server), by the usual recursion
//
//	B(0, a) = 1,   B(m, a) = a·B(m−1, a) / (m + a·B(m−1, a))
//
// For Poisson arrivals it holds whatever the distribution of that time. A. K. Erlang, Solution of
// some problems in the theory of probabilities of significance in automatic telephone exchanges, 1917.
func erlangB(m int, a float64) float64 {
	b := 1.0
	for i := 1; i <= m; i++ {
		b = a * b / (float64(i) + a*b)
	}
	return b
}

// sessionsFor is the smallest number of sessions of which at most the share loss of slots finds none
// ready: a session is a server, busy from a request until the pause after its answer is over.
//
//	2.5M TPM / 121k tokens = 0.34 requests/s; × 50 s of answer and pause = 17 Erlangs → 28 sessions
func sessionsFor(a, loss float64) int {
	m, b := 0, 1.0
	for b > loss {
		m++
		b = a * b / (float64(m) + a*b)
	}
	return max(m, 1)
}
