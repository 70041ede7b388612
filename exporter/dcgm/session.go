//go:build cgo && linux && !nodcgm

package dcgm

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	lib "github.com/NVIDIA/go-dcgm/pkg/dcgm"
)

// session is one connection to a host engine, from Init to the first error. It is used by one
// goroutine: go-dcgm keeps the connection in globals. Groups and watches live in the engine and
// vanish with the connection, so nothing is undone after an error, and a session is never opened
// twice in one process: a second Init would silently keep the old connection.
type session struct {
	spec     spec
	close    func()
	gpus     []GPU // without samples
	plans    []plan
	refused  []Missing
	xidSince time.Time
	slowAt   time.Time // when the slow fields were last read
}

// open connects, proves that the link is alive, finds the GPUs and watches their fields.
func open(s spec) (*session, Session, error) {
	versions, closeLink, err := connect(s.Address)
	if err != nil {
		return nil, versions, err
	}
	opened := &session{spec: s, close: closeLink, xidSince: time.UnixMicro(0)}
	if opened.gpus, err = enumerate(); err != nil {
		return nil, versions, err
	}
	if err := opened.watch(); err != nil {
		return nil, versions, err
	}
	versions.Refused = opened.refused
	return opened, versions, nil
}

func connect(address string) (Session, func(), error) {
	to, err := endpointOf(address)
	if err != nil {
		return Session{}, nil, failed(opConnect, err)
	}
	args := []string{to.address, "0"}
	switch to.scheme {
	case overUnix:
		args[1] = "1"
	case overVsock:
		args = args[:1]
	case overTCP:
	}
	closeLink, err := lib.Init(lib.Standalone, args...)
	if err != nil && strings.Contains(err.Error(), "libdcgm.so.4 not found") {
		return Session{}, nil, failed(opLibrary, err)
	}
	if err != nil {
		return Session{}, nil, failed(opConnect, err)
	}
	// libdcgm returns OK with a dead handle when the login after the connect fails.
	engine, err := lib.GetHostengineVersionInfo()
	if err != nil {
		return Session{}, nil, failed(opConnect, err)
	}
	versions := Session{Hostengine: version(engine.RawBuildInfoString)}
	if client, err := lib.GetVersionInfo(); err == nil {
		versions.Client = version(client.RawBuildInfoString)
	}
	return versions, closeLink, nil
}

// version is taken from "version:4.5.3;arch:x86_64;…".
func version(buildInfo string) string {
	for pair := range strings.SplitSeq(buildInfo, ";") {
		if v, ok := strings.CutPrefix(pair, "version:"); ok {
			return v
		}
	}
	return ""
}

// enumerate lists the GPUs with their identity, read live and without a watch: GetDeviceInfo would
// do more than it is asked, and crash on some engines.
func enumerate() ([]GPU, error) {
	indexes, err := lib.GetEntityGroupEntities(lib.FE_GPU)
	if err != nil {
		return nil, failed(opEnumerate, err)
	}
	slices.Sort(indexes)
	gpus := make([]GPU, len(indexes))
	for i, index := range indexes {
		gpus[i] = GPU{Index: index, Lost: lost(lib.GetGPUStatus(index))}
	}
	if len(gpus) == 0 {
		return gpus, nil
	}
	wanted := []lib.Short{fieldDriver, fieldModel, fieldUUID, fieldMinor, fieldPCI}
	values, err := lib.EntitiesGetLatestValues(pairs(gpus), wanted, lib.DCGM_FV_FLAG_LIVE_DATA)
	if err != nil {
		return nil, failed(opEnumerate, err)
	}
	for i := range values {
		identify(gpus, &values[i])
	}
	return gpus, nil
}

func lost(status lib.EntityStatus) bool {
	switch status {
	case lib.EntityStatusInaccessible, lib.EntityStatusLost, lib.EntityStatusDisabled, lib.EntityStatusDetached:
		return true
	default: // unknown is also what go-dcgm says when the question failed: its samples will tell
		return false
	}
}

func pairs(gpus []GPU) []lib.GroupEntityPair {
	entities := make([]lib.GroupEntityPair, len(gpus))
	for i, gpu := range gpus {
		entities[i] = lib.GroupEntityPair{EntityGroupId: lib.FE_GPU, EntityId: gpu.Index}
	}
	return entities
}

func identify(gpus []GPU, v *lib.FieldValue_v2) {
	at := slices.IndexFunc(gpus, func(g GPU) bool { return g.Index == v.EntityID })
	if at < 0 || v.Status != codeOK {
		return
	}
	text := textOf(v)
	switch {
	case text == "":
	case v.FieldID == fieldDriver:
		gpus[at].Driver = text
	case v.FieldID == fieldModel:
		gpus[at].Model = text
	case v.FieldID == fieldUUID:
		gpus[at].UUID = text
	case v.FieldID == fieldMinor:
		gpus[at].Minor = text
	case v.FieldID == fieldPCI:
		gpus[at].PCI = text
	}
}

// textOf is the identity that a value holds; empty when it holds none.
func textOf(v *lib.FieldValue_v2) string {
	switch v.FieldType {
	case lib.DCGM_FT_STRING:
		if v.StringValue != nil && !blankString(*v.StringValue) {
			return *v.StringValue
		}
	case lib.DCGM_FT_INT64:
		if n := v.Int64(); blankInt(n) == present {
			return strconv.FormatInt(n, 10)
		}
	}
	return ""
}

// changed says whether the GPUs are no longer those that the session was made for: one came, went,
// was replaced, or came back from the lost. One that is newly lost is only marked.
func (s *session) changed() (bool, error) {
	now, err := enumerate()
	if err != nil {
		return false, err
	}
	if len(now) != len(s.gpus) {
		return true, nil
	}
	for i, gpu := range now {
		was := &s.gpus[i]
		replaced := gpu.UUID != "" && was.UUID != "" && gpu.UUID != was.UUID
		if gpu.Index != was.Index || replaced || was.Lost && !gpu.Lost {
			return true, nil
		}
		was.Lost = gpu.Lost
	}
	return false, nil
}

// failed keeps DCGM's code, from the error where it has one, else from its text.
func failed(op string, err error) *Failure {
	var coded *lib.Error
	if errors.As(err, &coded) {
		return &Failure{op, strconv.Itoa(int(coded.Code)), err.Error()}
	}
	return &Failure{op, codeOf(err.Error()), err.Error()}
}

// alive asks the engine for its version, the cheapest question there is.
func alive(op string) error {
	if _, err := lib.GetHostengineVersionInfo(); err != nil {
		return failed(op, err)
	}
	return nil
}

// unique is a name that no other client of the engine uses: a duplicate is refused.
func unique(what string) string {
	return fmt.Sprintf("firsttoken-%d-%d-%s", os.Getpid(), time.Now().UnixNano(), what)
}
