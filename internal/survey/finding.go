package survey

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// Finding is what a survey found. Its texts are fit to print, but for the names of models, which are only legal: see
// legalModel.
type Finding struct {
	Endpoint chat.Endpoint // as the server took it

	Engine   string // as in the configuration; empty: not known
	Evidence string // by what it is known
	Vendor   bool   // paid for each token
	Version  string
	Gateway  string // what stands between
	Ready    bool   // its page of health says so
	Metrics  string // URL of its own metrics
	Models   []Model
	Unusable int  // entries of the list that are no models' names
	Listed   bool // the model is in the list
	Window   Window

	Mends    []Mend     // what was refused and how it was mended
	Refused  []chat.API // dialects that it does not serve
	Tools    bool       // it took definitions and calls of tools
	NoTools  string     // why not
	Exact    bool       // an answer had the length that was asked for
	Usage    bool
	Cached   bool // usage tells cached tokens
	PerWord  float64
	Held     bool   // answers come in one piece
	Answered string // the name under which another model answered
	Thinks   bool   // an answer had no token: all went into hidden reasoning

	Samples  []Sample
	Requests int
	Input    int64 // tokens, as the server counted them
	Output   int64
	Asked    []string // pages

	// TooLong is what the server said of a long prompt that it refused without naming its window.
	TooLong string

	header         http.Header // of the list of models
	first          size
	held, streamed int // answers
}

// Window is the most tokens of a prompt and its answer.
type Window struct {
	Tokens  int
	AtLeast bool   // the true window is no smaller
	Source  string // who tells it
}

// Mend is a refusal and its cure.
type Mend struct {
	Said string // the server's words
	Cure string // what to change
}

// Sample is an answer that was seen.
type Sample struct {
	Tokens    int64 // of the prompt
	Warm      bool  // most of it was in the server's cache, if that works
	TTFT      time.Duration
	TPS       float64 // 0: no rate
	Estimated bool    // by events, since the server counts no tokens
}

// names are the models of the list, at most twenty of them.
func (f *Finding) names() string {
	const most = 20
	var b strings.Builder
	for i, m := range f.Models {
		if i == most {
			fmt.Fprintf(&b, "  and %d more\n", len(f.Models)-most)
			break
		}
		fmt.Fprintf(&b, "  %s\n", m.ID)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
