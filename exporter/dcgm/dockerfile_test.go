//go:build cgo && linux && !nodcgm

package dcgm

import (
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// stage is what the Dockerfile says between two FROM lines, with continued lines joined.
type stage struct {
	base  string
	lines []string
}

func dockerfile(t *testing.T) map[string]stage {
	t.Helper()
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	stages := map[string]stage{}
	from := regexp.MustCompile(`^FROM (\S+) AS (\S+)$`)
	args := map[string]string{}
	var name string
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", "")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if key, value, ok := strings.Cut(strings.TrimPrefix(line, "ARG "), "="); ok && name == "" {
			args["${"+key+"}"] = value
		}
		if m := from.FindStringSubmatch(line); m != nil {
			name = m[2]
			base := m[1]
			if value, ok := args[base]; ok {
				base = value
			}
			stages[name] = stage{base: base}
			continue
		}
		s := stages[name]
		s.lines = append(s.lines, line)
		stages[name] = s
	}
	return stages
}

// goBuild is the one build line of a stage.
func (s stage) goBuild(t *testing.T) string {
	t.Helper()
	var found []string
	for _, line := range s.lines {
		if strings.Contains(line, "go build") {
			found = append(found, line)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d lines with go build, want one: %q", len(found), found)
	}
	return found[0]
}

// libc is the C library of an image: a binary runs where it was linked, or on the same Debian.
func libc(base string) string {
	switch {
	case strings.Contains(base, "alpine"), strings.Contains(base, "musl"), base == "scratch":
		return "not glibc"
	case strings.Contains(base, "bookworm"), strings.Contains(base, "debian12"):
		return "glibc of debian 12"
	default:
		return "unknown"
	}
}

func TestDockerfileTargets(t *testing.T) {
	stages := dockerfile(t)
	for name, bases := range map[string][2]string{ // final stage: its own base, and where it takes the binary from
		"static": {"gcr.io/distroless/static-debian12:nonroot", "build-static"},
		"dcgm":   {"gcr.io/distroless/cc-debian12:nonroot", "build-dcgm"},
	} {
		s := stages[name]
		if s.base != bases[0] {
			t.Errorf("%s stands on %q, want %q", name, s.base, bases[0])
		}
		if !slices.ContainsFunc(s.lines, func(l string) bool { return strings.HasPrefix(l, "COPY --from="+bases[1]+" ") }) {
			t.Errorf("%s does not take its binary from %s", name, bases[1])
		}
		for _, line := range s.lines {
			asRoot := strings.HasPrefix(line, "USER") && strings.Contains(line, "root") && !strings.Contains(line, "nonroot")
			if strings.Contains(line, "LD_BIND_NOW") || asRoot {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
	if got := libc(stages["source"].base); got != libc(stages["dcgm"].base) || got != "glibc of debian 12" {
		t.Errorf("built with the %s, run with the %s", got, libc(stages["dcgm"].base))
	}
	static, shared := stages["build-static"].goBuild(t), stages["build-dcgm"].goBuild(t)
	if !strings.Contains(static, "CGO_ENABLED=0 ") || !strings.Contains(static, "-tags nodcgm") {
		t.Errorf("the static build needs CGO_ENABLED=0 and -tags nodcgm: %s", static)
	}
	if !strings.Contains(shared, "CGO_ENABLED=1 ") || strings.Contains(shared, "nodcgm") {
		t.Errorf("the dcgm build needs CGO_ENABLED=1 and the client: %s", shared)
	}
	for _, eager := range []string{"-z,now", "-z now", "bindnow", "-static", "LD_BIND_NOW"} {
		if strings.Contains(shared, eager) {
			t.Errorf("the dcgm build says %q: %s", eager, shared)
		}
	}
}

// TestDockerfileBuildBindsLazily links this package with the flags of the Dockerfile, and asks the
// result for a session. Linked eagerly, the same program is dead before main.
func TestDockerfileBuildBindsLazily(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out the linking of two test programs: " +
			"go test -run TestDockerfile ./exporter/dcgm does it")
	}
	t.Parallel()
	flags := regexp.MustCompile(`-ldflags "([^"]*)"`).FindStringSubmatch(dockerfile(t)["build-dcgm"].goBuild(t))
	if flags == nil {
		t.Fatal("no -ldflags in the build line")
	}
	library, dir := buildFake(t), t.TempDir()
	newNode(t, dir, "127.0.0.1:5555").serve(b200s()...)
	for _, row := range []struct {
		name, ldflags string
		lazy          bool
	}{
		{"as in the Dockerfile", flags[1], true},
		{"eagerly", "-extldflags '-Wl,-z,now'", false}, // so that the check is known to see it
	} {
		binary := filepath.Join(t.TempDir(), "agent")
		args := []string{"test", "-c", "-ldflags", row.ldflags, "-o", binary}
		if raced() {
			args = append(args, "-race") // what is built already
		}
		if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", row.name, err, out)
		}
		if lazy := bindsLazily(t, binary); lazy != row.lazy {
			t.Errorf("%s: binds lazily %v, want %v", row.name, lazy, row.lazy)
		}
		if got := givesSession(t, binary, library, dir); got != row.lazy {
			t.Errorf("%s: reached the host engine: %v, want %v", row.name, got, row.lazy)
		}
	}
}

func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

func bindsLazily(t *testing.T, binary string) bool {
	t.Helper()
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for tag, now := range map[elf.DynTag]uint64{
		elf.DT_FLAGS: uint64(elf.DF_BIND_NOW), elf.DT_FLAGS_1: uint64(elf.DF_1_NOW),
	} {
		values, err := f.DynValue(tag)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if v&now != 0 {
				return false
			}
		}
	}
	return true
}

// givesSession runs a binary as an agent until its first frame.
func givesSession(t *testing.T, binary, library, dir string) bool {
	t.Helper()
	s := Options{Interval: testInterval, SlowInterval: testSlow}.spec(Hostengine{"node1", "127.0.0.1:5555"})
	cmd := exec.Command(binary, AgentCommand, s.String())
	cmd.Env = append(os.Environ(), asAgent+"=1", "LD_LIBRARY_PATH="+library, "FAKE_DCGM_DIR="+dir)
	stdin, stdout := startPiped(t, cmd)
	line, _ := stdout.ReadBytes('\n')
	_ = stdin.Close()
	_ = cmd.Wait()
	var f agentMessage
	return json.Unmarshal(line, &f) == nil && f.Session != nil && f.Session.Hostengine == "4.6.1"
}
