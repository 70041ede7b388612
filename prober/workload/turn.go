package workload

import "time"

// Phase says what of a turn's prompt a prefix cache can be expected to hold.
type Phase string

const (
	// Bootstrap is the first turn of a session that starts mid-life, which sends its whole history at once,
	// and the trial. It is no event of latency SLOs and in no latency histogram.
	Bootstrap Phase = "bootstrap"
	Cold      Phase = "cold"      // the first turn of a new session: only the shared prefix is known to the server
	Warm      Phase = "warm"      // the last turn's prompt is the prefix of this one, and recent
	Resume    Phase = "resume"    // back after longer than the cache's lifetime
	Recovery  Phase = "recovery"  // a small request that looks whether an endpoint answers again; kept out like bootstrap
	Compacted Phase = "compacted" // the history was just replaced by a summary
)

// Turn describes one request of a session, without its text.
type Turn struct {
	Session   string // 12 hex digits, the session's salt
	Number    int    // from 0
	Phase     Phase
	Words     int           // one-token words in the prompt
	Messages  int           // messages in the prompt
	Tokens    int64         // expected size of the prompt, by the target's calibration
	Cached    int64         // of Tokens, what a healthy prefix cache would serve
	MaxTokens int           // output asked for
	Recall    bool          // the last message asks for something that stands deep in the context
	Pause     time.Duration // from the end of this turn's answer until the session is ready again
}

// Cache is the turn's cache label: warm, or cold for everything that has to be computed.
func (t Turn) Cache() string {
	if t.Phase == Warm {
		return "warm"
	}
	return "cold"
}

// Band is a range of prompt sizes, whose latencies are one population.
type Band struct {
	Name string
	Upto int64 // inclusive, in tokens; 0 is no limit
}

// Bands are the context labels, in order.
func Bands() []Band {
	return []Band{{"le_80k", 80_000}, {"le_120k", 120_000}, {"le_160k", 160_000}, {"gt_160k", 0}}
}

// BandOf names the band of a prompt of that many tokens.
func BandOf(tokens int64) string {
	for _, b := range Bands() {
		if b.Upto == 0 || tokens <= b.Upto {
			return b.Name
		}
	}
	return ""
}
