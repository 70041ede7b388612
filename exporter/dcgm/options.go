package dcgm

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options are read from the environment with the prefix of the program, FIRSTTOKEN_. With the defaults of
// its tags GPU telemetry is off: no engine, no child, no dcgm series.
type Options struct {
	Hostengines  Hostengines   `env:"DCGM_HOSTENGINES"`                     // name=address, by comma
	Interval     time.Duration `env:"DCGM_INTERVAL" envDefault:"10s"`       // of power, clocks, activity
	SlowInterval time.Duration `env:"DCGM_SLOW_INTERVAL" envDefault:"60s"`  // of errors, links, topology
	ExtraFields  FieldIDs      `env:"DCGM_EXTRA_FIELDS"`                    // numeric field identifiers, by comma
	LegacyNames  bool          `env:"DCGM_LEGACY_NAMES" envDefault:"false"` // adds the DCGM_FI_* names
}

// Bounds of the intervals. DCGM averages the activity ratios over one interval, and a poll of
// eight GPUs costs the engine some milliseconds.
const (
	minInterval    = time.Second
	maxInterval    = 5 * time.Minute
	maxExtraFields = 64 // with the default fields, below the 128 of one group
	maxFieldID     = 4096
)

// Validate lists everything that is wrong, each problem with the name of its variable.
func (o Options) Validate() error {
	var problems []error
	complain := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if o.Interval < minInterval || o.Interval > maxInterval {
		complain("DCGM_INTERVAL: %v is not between %v and %v", o.Interval, minInterval, maxInterval)
	}
	if o.SlowInterval < o.Interval {
		complain("DCGM_SLOW_INTERVAL: %v is below DCGM_INTERVAL, %v", o.SlowInterval, o.Interval)
	}
	if len(o.ExtraFields) > maxExtraFields {
		complain("DCGM_EXTRA_FIELDS: %d fields, at most %d", len(o.ExtraFields), maxExtraFields)
	}
	return errors.Join(problems...)
}

// CheckGPU is an error when an entry of a target's gpus list is neither a configured host engine nor a
// GPU's UUID. Without host engines every entry is valid.
func (o Options) CheckGPU(entry string) error {
	if len(o.Hostengines) == 0 || isUUID(entry) || o.Hostengines.has(entry) {
		return nil
	}
	return fmt.Errorf("%q is neither a host engine of DCGM_HOSTENGINES nor a GPU's UUID", entry)
}

// Hostengine is one nv-hostengine, which serves all GPUs of its node.
type Hostengine struct {
	Name    string // label of every series
	Address string // unix:///path, host:port, tcp://host:port, vsock://cid:port
}

// Hostengines have the written form "node1=unix:///run/nvidia-dcgm.sock,node7=10.0.0.7:5555".
type Hostengines []Hostengine

// UnmarshalText reads the written form. Empty text is an empty list.
func (h *Hostengines) UnmarshalText(text []byte) error {
	parsed := Hostengines{}
	for _, part := range split(string(text)) {
		name, address, ok := strings.Cut(part, "=")
		engine := Hostengine{strings.TrimSpace(name), strings.TrimSpace(address)}
		if !ok || engine.Name == "" || engine.Address == "" {
			return fmt.Errorf("%q is not name=address", part)
		}
		if parsed.has(engine.Name) {
			return fmt.Errorf("two host engines are named %q", engine.Name)
		}
		if _, err := parseEngineAddress(engine.Address); err != nil {
			return err
		}
		parsed = append(parsed, engine)
	}
	*h = parsed
	return nil
}

// MarshalText returns the written form.
func (h Hostengines) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// Set is UnmarshalText for flags.
func (h *Hostengines) Set(text string) error { return h.UnmarshalText([]byte(text)) }

func (h Hostengines) String() string {
	parts := make([]string, len(h))
	for i, engine := range h {
		parts[i] = engine.Name + "=" + engine.Address
	}
	return strings.Join(parts, ",")
}

func (h Hostengines) has(name string) bool {
	return slices.ContainsFunc(h, func(e Hostengine) bool { return e.Name == name })
}

// FieldIDs are numeric DCGM field identifiers, in the written form "1014,1015".
type FieldIDs []uint16

// UnmarshalText reads the written form. Empty text is an empty list. A field named twice is one.
func (f *FieldIDs) UnmarshalText(text []byte) error {
	parsed := FieldIDs{}
	for _, part := range split(string(text)) {
		id, err := strconv.ParseUint(part, 10, 16)
		if err != nil || id == 0 || id > maxFieldID {
			return fmt.Errorf("%q is not a numeric DCGM field identifier", part)
		}
		if !slices.Contains(parsed, uint16(id)) {
			parsed = append(parsed, uint16(id))
		}
	}
	*f = parsed
	return nil
}

// MarshalText returns the written form.
func (f FieldIDs) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// Set is UnmarshalText for flags.
func (f *FieldIDs) Set(text string) error { return f.UnmarshalText([]byte(text)) }

func (f FieldIDs) String() string {
	parts := make([]string, len(f))
	for i, id := range f {
		parts[i] = strconv.Itoa(int(id))
	}
	return strings.Join(parts, ",")
}

func split(list string) []string {
	parts := strings.Split(list, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return slices.DeleteFunc(parts, func(part string) bool { return part == "" })
}

// isUUID recognizes the UUIDs of the driver: GPU-ab12…, or MIG-… for a slice.
func isUUID(entry string) bool {
	return strings.HasPrefix(entry, "GPU-") || strings.HasPrefix(entry, "MIG-")
}
