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

// engineSession is one connection to a host engine, from Init to the first error. One goroutine uses it,
// because go-dcgm keeps the connection in globals. A process opens one session only: a second Init would
// silently keep the old connection. Groups and watches live in the engine and end with the connection, so
// nothing is undone after an error.
type engineSession struct {
	spec     agentSpec
	close    func()
	gpus     []gpuAnswer // without samples
	watches  []modelWatch
	refused  []missingField
	xidSince time.Time
	slowAt   time.Time // when the slow fields were last read
}

// open connects, checks that the engine answers, lists the GPUs and watches their fields.
func open(s agentSpec) (*engineSession, sessionInfo, error) {
	versions, closeLink, err := connect(s.Address)
	if err != nil {
		return nil, versions, err
	}
	opened := &engineSession{spec: s, close: closeLink, xidSince: time.UnixMicro(0)}
	if opened.gpus, err = enumerate(); err != nil {
		return nil, versions, err
	}
	if err := opened.watch(); err != nil {
		return nil, versions, err
	}
	versions.Refused = opened.refused
	return opened, versions, nil
}

func connect(address string) (sessionInfo, func(), error) {
	to, err := parseEngineAddress(address)
	if err != nil {
		return sessionInfo{}, nil, failureOf(opConnect, err)
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
		return sessionInfo{}, nil, failureOf(opLibrary, err)
	}
	if err != nil {
		return sessionInfo{}, nil, failureOf(opConnect, err)
	}
	// libdcgm returns OK with a dead handle when the login after the connect fails.
	engine, err := lib.GetHostengineVersionInfo()
	if err != nil {
		return sessionInfo{}, nil, failureOf(opConnect, err)
	}
	versions := sessionInfo{Hostengine: version(engine.RawBuildInfoString)}
	if client, err := lib.GetVersionInfo(); err == nil {
		versions.Client = version(client.RawBuildInfoString)
	}
	return versions, closeLink, nil
}

// version finds 4.5.3 in "version:4.5.3;arch:x86_64;…".
func version(buildInfo string) string {
	for pair := range strings.SplitSeq(buildInfo, ";") {
		if v, ok := strings.CutPrefix(pair, "version:"); ok {
			return v
		}
	}
	return ""
}

// enumerate lists the GPUs with their identity, read live and without a watch. GetDeviceInfo reads more
// than that, and crashes on some engines.
func enumerate() ([]gpuAnswer, error) {
	indexes, err := lib.GetEntityGroupEntities(lib.FE_GPU)
	if err != nil {
		return nil, failureOf(opEnumerate, err)
	}
	slices.Sort(indexes)
	gpus := make([]gpuAnswer, len(indexes))
	for i, index := range indexes {
		gpus[i] = gpuAnswer{Index: index, Lost: lost(lib.GetGPUStatus(index))}
	}
	if len(gpus) == 0 {
		return gpus, nil
	}
	wanted := []lib.Short{fieldDriver, fieldModel, fieldUUID, fieldMinor, fieldPCI}
	values, err := lib.EntitiesGetLatestValues(entitiesOf(gpus), wanted, lib.DCGM_FV_FLAG_LIVE_DATA)
	if err != nil {
		return nil, failureOf(opEnumerate, err)
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
	default: // go-dcgm also says unknown when the request failed; the samples of the GPU decide then
		return false
	}
}

func entitiesOf(gpus []gpuAnswer) []lib.GroupEntityPair {
	entities := make([]lib.GroupEntityPair, len(gpus))
	for i, gpu := range gpus {
		entities[i] = lib.GroupEntityPair{EntityGroupId: lib.FE_GPU, EntityId: gpu.Index}
	}
	return entities
}

func identify(gpus []gpuAnswer, v *lib.FieldValue_v2) {
	at := slices.IndexFunc(gpus, func(g gpuAnswer) bool { return g.Index == v.EntityID })
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

// textOf returns the text or the number in a value, empty when it has none.
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

// changed reports whether the GPUs differ from those that the session watches: one was added, removed or
// replaced, or a lost one came back. A GPU that is newly lost is only marked.
func (s *engineSession) changed() (bool, error) {
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

// failureOf takes DCGM's code from the error where it has one, else from its text.
func failureOf(op string, err error) *sessionFailure {
	if coded, ok := errors.AsType[*lib.Error](err); ok {
		return &sessionFailure{op, strconv.Itoa(int(coded.Code)), err.Error()}
	}
	return &sessionFailure{op, codeOf(err.Error()), err.Error()}
}

// checkLink asks the engine for its version, its cheapest request.
func checkLink(op string) error {
	if _, err := lib.GetHostengineVersionInfo(); err != nil {
		return failureOf(op, err)
	}
	return nil
}

// uniqueName returns a name that no other client of the engine uses, because an engine refuses duplicates.
func uniqueName(what string) string {
	return fmt.Sprintf("firsttoken-%d-%d-%s", os.Getpid(), time.Now().UnixNano(), what)
}
