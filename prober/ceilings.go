package prober

import (
	"strconv"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// Ceilings are what no load needs. A typing error in a file must neither cost a fortune nor take a production
// endpoint away from its users.
const (
	mostInFlight    = 1024
	mostSessions    = 1024     // 50M tokens per minute need about 300
	mostPromptBytes = 16 << 20 // some 3 million tokens, more than any model's window
	mostEndless     = 1e6      // tokens per minute of a load that does not say when it ends
)

// MostDiscovered is the ceiling of all targets together that lists may bring, in tokens per minute: whoever writes a
// list must not be able to send us against a whole fleet.
const MostDiscovered = 50e6

// mostTokensPerMinute is the ceiling of a profile: what is beyond it is the load of another profile.
func mostTokensPerMinute(profile string) float64 {
	switch profile {
	case ProfileSentinel:
		return 10 * SentinelTPM
	case ProfileLoad:
		return 50e6 // far past the saturation of eight GPUs
	default:
		return 2.5e6 // where the load profile begins
	}
}

// Excess returns what of the load is above a ceiling. It is apart from Validate, because an operator who means it
// may lift the ceilings; what Validate refuses cannot work.
func (t Target) Excess() invalid.Errors {
	var errs invalid.Errors
	l := t.Load
	if most := mostTokensPerMinute(l.Profile); l.TokensPerMinute > most {
		errs.Add("load.tokens_per_minute", "%s is above the ceiling of the %s profile, %s",
			plain(l.TokensPerMinute), l.profile(), plain(most))
	}
	if l.TokensPerMinute > mostEndless && l.Until.IsZero() && l.Profile != ProfileLoad { // Validate refuses that one
		errs.Add("load.until", "is missing: a load of more than %s tokens per minute must say when it ends",
			plain(mostEndless))
	}
	if l.MaxInFlight > mostInFlight {
		errs.Add("load.max_in_flight", "%d is above the ceiling, %d", l.MaxInFlight, mostInFlight)
	}
	if l.MaxSessions > mostSessions {
		errs.Add("load.max_sessions", "%d is above the ceiling, %d", l.MaxSessions, mostSessions)
	}
	if b := t.Workload.Bound().Bytes; b > mostPromptBytes {
		errs.Add("workload.limit", "%d tokens are a prompt of some %d MiB, above the ceiling of %d MiB",
			t.Workload.Limit, b>>20, mostPromptBytes>>20)
	}
	return errs
}

func (l Load) profile() string {
	if l.Profile == "" {
		return ProfileWatch
	}
	return l.Profile
}

// plain writes a number without an exponent.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
