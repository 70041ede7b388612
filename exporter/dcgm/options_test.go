package dcgm

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/caarlos0/env/v11"
)

func TestOptionsFromTheEnvironment(t *testing.T) {
	t.Setenv("FIRSTTOKEN_DCGM_HOSTENGINES", "node1=unix:///run/nvidia-dcgm.sock, node7=10.0.0.7:5555")
	t.Setenv("FIRSTTOKEN_DCGM_EXTRA_FIELDS", "1014, 1015,1014")
	t.Setenv("FIRSTTOKEN_DCGM_LEGACY_NAMES", "true")
	var o Options
	if err := env.ParseWithOptions(&o, env.Options{Prefix: "FIRSTTOKEN_"}); err != nil {
		t.Fatal(err)
	}
	if got, want := o.Hostengines.String(), "node1=unix:///run/nvidia-dcgm.sock,node7=10.0.0.7:5555"; got != want {
		t.Errorf("host engines %q, want %q", got, want)
	}
	if got, want := o.ExtraFields.String(), "1014,1015"; got != want {
		t.Errorf("extra fields %q, want %q", got, want)
	}
	if !o.LegacyNames || o.Interval != 10*time.Second || o.SlowInterval != time.Minute {
		t.Errorf("legacy names %v, intervals %v and %v: want true and the defaults 10s and 1m",
			o.LegacyNames, o.Interval, o.SlowInterval)
	}
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
}

func TestWithoutConfigurationThereIsNothing(t *testing.T) {
	var o Options
	if err := env.ParseWithOptions(&o, env.Options{Prefix: "FIRSTTOKEN_"}); err != nil {
		t.Fatal(err)
	}
	c, err := New(o, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.SetTargets(map[string][]string{"kimi": {"node-a", "GPU-1"}}) // watched by dcgm-exporter
	expect(t, c, `
		# HELP firsttoken_target_gpu_info The GPUs that serve a target, as its configuration says.
		# TYPE firsttoken_target_gpu_info gauge
		firsttoken_target_gpu_info{gpu="",hostengine="",target="kimi",uuid="GPU-1"} 1
		firsttoken_target_gpu_info{gpu="",hostengine="node-a",target="kimi",uuid=""} 1
	`)
}

func TestBadOptions(t *testing.T) {
	for _, row := range []struct{ engines, fields, want string }{
		{"node1", "", `"node1" is not name=address`},
		{"=10.0.0.7:5555", "", `is not name=address`},                             // no name: no label
		{"a=10.0.0.7:5555,a=10.0.0.8:5555", "", `two host engines are named "a"`}, // the label would collide
		{"a=10.0.0.7", "", `over TCP is host:port`},                               // no default port: say it
		{"a=unix://run/dcgm.sock", "", `an absolute path`},                        // two slashes: run would be the host
		{"a=http://10.0.0.7:5555", "", `a host engine is unix:///path`},           //
		{"", "SM_ACTIVE", `"SM_ACTIVE" is not a numeric DCGM field identifier`},   // names changed with 4.6
		{"", "0", `is not a numeric`},                                             //
		{"", "70000", `is not a numeric`},                                         //
	} {
		var o Options
		err := o.Hostengines.Set(row.engines)
		if err == nil {
			err = o.ExtraFields.Set(row.fields)
		}
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%q %q: %v, want %q", row.engines, row.fields, err, row.want)
		}
	}
}

func TestValidateSaysEverything(t *testing.T) {
	o := Options{Interval: time.Millisecond, SlowInterval: time.Microsecond, ExtraFields: make(FieldIDs, 65)}
	err := o.Validate()
	for _, want := range []string{"DCGM_INTERVAL: 1ms", "DCGM_SLOW_INTERVAL: 1µs", "DCGM_EXTRA_FIELDS: 65"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}

func TestCheckGPU(t *testing.T) {
	var o Options
	if err := o.CheckGPU("anything"); err != nil {
		t.Errorf("without host engines: %v", err) // the names are dcgm-exporter's
	}
	if err := o.Hostengines.Set("node1=10.0.0.7:5555"); err != nil {
		t.Fatal(err)
	}
	for _, named := range []string{"node1", "GPU-1", "MIG-1"} {
		if err := o.CheckGPU(named); err != nil {
			t.Error(err)
		}
	}
	const want = `"node2" is neither a host engine of DCGM_HOSTENGINES nor a GPU's UUID`
	if err := o.CheckGPU("node2"); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

func TestEndpoints(t *testing.T) {
	for address, want := range map[string]engineAddress{
		"unix:///run/nvidia-dcgm.sock": {"/run/nvidia-dcgm.sock", overUnix},
		"10.0.0.7:5555":                {"10.0.0.7:5555", overTCP},
		"tcp://[fd00::7]:5555":         {"[fd00::7]:5555", overTCP},
		"vsock://3:5555":               {"vsock://3:5555", overVsock}, // whole: only the call of 4.5 reads it
	} {
		if got, err := parseEngineAddress(address); err != nil || got != want {
			t.Errorf("%s: %v %v, want %v", address, got, err, want)
		}
	}
}
