package dcgm

import (
	"fmt"
	"time"
)

// Frame is one line of what an agent tells its supervisor. Exactly one part is set.
type Frame struct {
	Session *Session `json:"session,omitempty"` // first: the engine has been reached
	Poll    *Poll    `json:"poll,omitempty"`    // then one for each interval
	Failure *Failure `json:"failure,omitempty"` // last, when the session cannot go on
}

// Session says who is talking to whom.
type Session struct {
	Client     string    `json:"client"`     // version of libdcgm
	Hostengine string    `json:"hostengine"` // version of nv-hostengine
	Refused    []Missing `json:"refused,omitempty"`
}

// Missing is a field that no GPU of the engine gives, and why.
type Missing struct {
	Field  uint16 `json:"field"`
	Reason string `json:"reason"` // refused, not_supported, no_permission
}

// Reasons for which a field is missing.
const (
	reasonRefused      = "refused"       // the engine does not let it be watched
	reasonNotSupported = "not_supported" // it can be watched, and every GPU answers that it has none
	reasonNoPermission = "no_permission" // the engine lacks the right to read it
)

// Poll is what all GPUs of an engine said at one time. A field that was asked for and has no
// sample had no usable value.
type Poll struct {
	Took    time.Duration `json:"took"`  // by the engine to answer
	Asked   []uint16      `json:"asked"` // fields; the slow ones are asked for less often
	GPUs    []GPU         `json:"gpus"`
	Missing []Missing     `json:"missing,omitempty"` // of the asked
	XIDs    []XID         `json:"xids,omitempty"`    // since the last poll; with a new session, all that the engine remembers
}

// GPU is one GPU as its engine knows it. A lost GPU may have lost its identity, too.
type GPU struct {
	Index   uint     `json:"index"`
	Minor   string   `json:"minor,omitempty"` // of /dev/nvidiaN
	UUID    string   `json:"uuid,omitempty"`
	PCI     string   `json:"pci,omitempty"`
	Model   string   `json:"model,omitempty"`
	Driver  string   `json:"driver,omitempty"`
	Lost    bool     `json:"lost,omitempty"`
	Samples []Sample `json:"samples,omitempty"`
}

// Sample is a usable value in DCGM's own unit. TS is in microseconds on the engine's clock, which
// may differ from ours: only compare it with other samples of the same engine.
type Sample struct {
	Field uint16  `json:"f"`
	TS    int64   `json:"t"`
	Value float64 `json:"v"`
}

// XID is one driver error event.
type XID struct {
	GPU  uint  `json:"gpu"`
	TS   int64 `json:"t"`
	Code int64 `json:"code"`
}

// Failure ends a session. Code is DCGM's return code where one is known.
type Failure struct {
	Op   string `json:"op"` // library, connect, enumerate, watch, poll, topology, agent
	Code string `json:"code"`
	Text string `json:"text"`
}

func (f *Failure) Error() string { return fmt.Sprintf("%s: %s", f.Op, f.Text) }

// Operations in which a session can fail.
const (
	opLibrary   = "library"   // libdcgm.so.4 is not there
	opConnect   = "connect"   // the engine is not, or does not speak our version
	opEnumerate = "enumerate" // it does not say which GPUs it has
	opWatch     = "watch"     // it lets nothing be watched
	opPoll      = "poll"      // it does not answer
	opTopology  = "topology"  // its GPUs changed; no error, a new session begins
	opAgent     = "agent"     // the child crashed, hung or wrote nonsense
)
