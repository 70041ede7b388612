package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// build makes the program without cgo, and so without GPU telemetry, for which there is an image. What would differ
// between two builds is left out: paths (-trimpath), the state of the working tree (-buildvcs; the commit is given),
// and the build's own time and host.
func (r *release) build(ctx context.Context, out, goos, arch string) error {
	if _, err := os.Stat(out); err == nil {
		return nil // this machine's own, which has printed the texts
	}
	const pkg = "github.com/prometheus/common/version."
	ldflags := fmt.Sprintf("-s -w -buildid= -X %sVersion=%s -X %sRevision=%s -X %sBuildDate=%s",
		pkg, r.Version, pkg, r.Revision, pkg, r.Time.Format(time.RFC3339))
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "nodcgm", "-ldflags", ldflags,
		"-o", out, "./cmd/firsttoken")
	cmd.Dir = r.Root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+arch, "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, text)
	}
	return nil
}

// programAt is where a platform's program is built.
func programAt(work, goos, arch string) string {
	name := "firsttoken"
	if goos == "windows" {
		name += ".exe"
	}
	return filepath.Join(work, goos+"-"+arch, name)
}

// content is a file of an archive or a package.
type content struct {
	source  string // on disk
	name    string // in archives; empty where it belongs only into packages
	path    string // in packages; empty where it belongs only into archives
	program bool
	config  bool   // an upgrade keeps what the administrator wrote
	only    string // the one kind of package that has it; empty for all
}

// mode is that of the program or of a text.
func (c content) mode() os.FileMode {
	if c.program {
		return 0o755
	}
	return 0o644
}

// texts are all files but the program. Man page and completions are what the program itself prints.
func (r *release) texts(ctx context.Context, work string) ([]content, error) {
	goos, arch := runtime.GOOS, runtime.GOARCH // of this program, which runs here
	program := programAt(work, goos, arch)
	if err := r.build(ctx, program, goos, arch); err != nil {
		return nil, err
	}
	printed := map[string][]string{
		"firsttoken.1":    {"--help-man"},
		"firsttoken.bash": {"completion", "bash"},
		"_firsttoken":     {"completion", "zsh"},
	}
	for name, args := range printed {
		out, err := exec.CommandContext(ctx, program, args...).Output()
		if err != nil {
			return nil, fmt.Errorf("firsttoken %s: %w", strings.Join(args, " "), err)
		}
		if name == "firsttoken.1" {
			out = r.titled(out)
		}
		if err := os.WriteFile(filepath.Join(work, name), out, 0o644); err != nil {
			return nil, err
		}
	}
	if err := gzipped(filepath.Join(work, "firsttoken.1")); err != nil {
		return nil, err
	}
	return r.listed(work), nil
}

// listed are the texts and where they go.
func (r *release) listed(work string) []content {
	const doc, share = "/usr/share/doc/firsttoken/", "/usr/share/firsttoken/"
	made := func(name string) string { return filepath.Join(work, name) }
	kept := func(name string) string { return filepath.Join(r.Root, name) }
	return []content{
		{source: kept("LICENSE"), name: "LICENSE", path: doc + "copyright"},
		{source: kept("README.md"), name: "README.md", path: doc + "README.md"},
		{source: kept("CHANGELOG.md"), name: "CHANGELOG.md", path: doc + "CHANGELOG.md"},
		{source: made("firsttoken.1"), name: "firsttoken.1"},
		{source: made("firsttoken.1.gz"), path: "/usr/share/man/man1/firsttoken.1.gz"},
		{
			source: made("firsttoken.bash"), name: "completions/firsttoken.bash",
			path: "/usr/share/bash-completion/completions/firsttoken",
		},
		{source: made("_firsttoken"), name: "completions/_firsttoken"},
		{source: made("_firsttoken"), path: "/usr/share/zsh/vendor-completions/_firsttoken", only: "deb"},
		{source: made("_firsttoken"), path: "/usr/share/zsh/site-functions/_firsttoken", only: "rpm"},
		{
			source: kept("alerts/firsttoken.rules.yml"), name: "alerts/firsttoken.rules.yml",
			path: share + "firsttoken.rules.yml",
		},
		{source: kept("alerts/gpu.rules.yml"), name: "alerts/gpu.rules.yml", path: share + "gpu.rules.yml"},
		{
			source: kept("deploy/systemd/firsttoken.service"), name: "systemd/firsttoken.service",
			path: "/usr/lib/systemd/system/firsttoken.service",
		},
		{
			source: kept("deploy/systemd/firsttoken.yml"), name: "systemd/firsttoken.yml",
			path: "/etc/firsttoken/firsttoken.yml", config: true,
		},
		{
			source: kept("deploy/systemd/firsttoken.default"), name: "systemd/firsttoken.default",
			path: "/etc/default/firsttoken", config: true,
		},
	}
}

var manTitle = regexp.MustCompile(`(?s)^\.TH .*?\n\.SH "NAME"\nfirsttoken\n`)

// titled replaces the title of kingpin's man page, into which it writes the whole of --version.
func (r *release) titled(page []byte) []byte {
	title := fmt.Sprintf(".TH FIRSTTOKEN 1 \"%s\" \"firsttoken %s\"\n.SH NAME\n"+
		"firsttoken \\- continuous SLO probing of LLM inference endpoints\n", r.Time.Format(time.DateOnly), r.Version)
	return append([]byte(title), manTitle.ReplaceAll(page, nil)...)
}
