package dcgm

import (
	"fmt"
	"time"
)

// agentMessage is one JSON line from an agent to its supervisor. Exactly one part is set.
type agentMessage struct {
	Session *sessionInfo    `json:"session,omitempty"` // the first message: the engine answered
	Poll    *pollAnswer     `json:"poll,omitempty"`    // one for each interval after it
	Failure *sessionFailure `json:"failure,omitempty"` // the last message, when the session cannot go on
}

// sessionInfo names both ends of a session and the fields that the engine refused to watch.
type sessionInfo struct {
	Client     string         `json:"client"`     // version of libdcgm
	Hostengine string         `json:"hostengine"` // version of nv-hostengine
	Refused    []missingField `json:"refused,omitempty"`
}

// missingField is a field that no GPU of the engine reports, and the reason.
type missingField struct {
	Field  uint16 `json:"field"`
	Reason string `json:"reason"` // refused, not_supported, no_permission
}

// Reasons for which a field is missing.
const (
	reasonRefused      = "refused"       // the engine refuses to watch it
	reasonNotSupported = "not_supported" // the engine watches it, and every GPU answers that it has none
	reasonNoPermission = "no_permission" // the engine may not read it
)

// pollAnswer is what all GPUs of an engine answered to one poll. A field that was asked for and has
// no sample had no usable value.
type pollAnswer struct {
	Took    time.Duration  `json:"took"`  // time until the engine answered
	Asked   []uint16       `json:"asked"` // fields; the slow ones are asked for less often
	GPUs    []gpuAnswer    `json:"gpus"`
	Missing []missingField `json:"missing,omitempty"` // of the asked fields
	XIDs    []xidEvent     `json:"xids,omitempty"`    // since the last poll; at first, all that the engine remembers
}

// gpuAnswer is one GPU as its engine describes it. A lost GPU may come without its identity.
type gpuAnswer struct {
	Index   uint     `json:"index"`
	Minor   string   `json:"minor,omitempty"` // of /dev/nvidiaN
	UUID    string   `json:"uuid,omitempty"`
	PCI     string   `json:"pci,omitempty"`
	Model   string   `json:"model,omitempty"`
	Driver  string   `json:"driver,omitempty"`
	Lost    bool     `json:"lost,omitempty"`
	Samples []sample `json:"samples,omitempty"`
}

// sample is a usable value in DCGM's own unit. TS is in microseconds on the engine's clock, which
// may differ from ours: compare it only with other samples of the same engine.
type sample struct {
	Field uint16  `json:"f"`
	TS    int64   `json:"t"`
	Value float64 `json:"v"`
}

// xidEvent is one error event of the driver.
type xidEvent struct {
	GPU  uint  `json:"gpu"`
	TS   int64 `json:"t"`
	Code int64 `json:"code"`
}

// sessionFailure ends a session. Code is DCGM's return code where it is known.
type sessionFailure struct {
	Op   string `json:"op"` // library, connect, enumerate, watch, poll, topology, agent
	Code string `json:"code"`
	Text string `json:"text"`
}

func (f *sessionFailure) Error() string { return fmt.Sprintf("%s: %s", f.Op, f.Text) }

// Operations in which a session can fail.
const (
	opLibrary   = "library"   // libdcgm.so.4 is not installed
	opConnect   = "connect"   // the engine cannot be reached, or does not speak our version
	opEnumerate = "enumerate" // the engine does not list its GPUs
	opWatch     = "watch"     // the engine refuses to watch anything
	opPoll      = "poll"      // the engine does not answer
	opTopology  = "topology"  // the GPUs changed; no error, a new session begins
	opAgent     = "agent"     // the child crashed, hung or wrote something that is no message
)
