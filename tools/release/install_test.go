package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// checkDeb unpacks the deb into a folder and does there what systemd would: it starts the unit's ExecStart, reloads by
// its ExecReload's signal, and stops it.
func checkDeb(t *testing.T, dist string) {
	t.Helper()
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("there is no dpkg-deb here: install dpkg to check the package")
	}
	debs, _ := filepath.Glob(filepath.Join(dist, "*.deb"))
	root := t.TempDir()
	if out, err := exec.Command("dpkg-deb", "-x", debs[0], root).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := exec.Command("dpkg-deb", "-e", debs[0], filepath.Join(root, "DEBIAN")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	unit := filepath.Join(root, "usr/lib/systemd/system/firsttoken.service")
	checkFiles(t, root)
	checkDpkg(t, debs[0])
	checkExposure(t, unit)
	checkRuns(t, root, settings(t, unit))
}

// checkFiles looks for what an administrator expects of a package.
func checkFiles(t *testing.T, root string) {
	t.Helper()
	for name, mode := range map[string]os.FileMode{
		"usr/bin/firsttoken": 0o755, "etc/firsttoken/firsttoken.yml": 0o644, "etc/firsttoken/keys": 0o700,
		"etc/default/firsttoken": 0o644, "usr/share/man/man1/firsttoken.1.gz": 0o644,
		"usr/share/bash-completion/completions/firsttoken": 0o644, "usr/share/zsh/vendor-completions/_firsttoken": 0o644,
		"usr/share/doc/firsttoken/copyright": 0o644, "usr/share/firsttoken/firsttoken.rules.yml": 0o644,
		"DEBIAN/postinst": 0o755, "DEBIAN/prerm": 0o755, "DEBIAN/postrm": 0o755,
	} {
		if i, err := os.Stat(filepath.Join(root, name)); err != nil || i.Mode().Perm() != mode {
			t.Errorf("%s: %v, want mode %o", name, err, mode)
		}
	}
	conffiles, err := os.ReadFile(filepath.Join(root, "DEBIAN/conffiles"))
	if err != nil || !strings.Contains(string(conffiles), "/etc/firsttoken/firsttoken.yml\n") {
		t.Errorf("an upgrade would overwrite the configuration: %v, %s", err, conffiles)
	}
	out, err := exec.Command(filepath.Join(root, "usr/bin/firsttoken"), "--version").Output()
	if err != nil || !strings.Contains(string(out), "version 1.2.3 (") ||
		!strings.Contains(string(out), "revision: 0123456789ab") {
		t.Errorf("%v: %s", err, out)
	}
	page, err := exec.Command("gzip", "-dc", filepath.Join(root, "usr/share/man/man1/firsttoken.1.gz")).Output()
	const title = ".TH FIRSTTOKEN 1 \"2023-11-14\" \"firsttoken 1.2.3\"\n.SH NAME\nfirsttoken \\- "
	if err != nil || !strings.HasPrefix(string(page), title) || !strings.Contains(string(page), "config.file") {
		t.Errorf("the man page: %v\n%.200s", err, page)
	}
}

// checkDpkg lets dpkg itself install, upgrade, remove and purge the package, below a root of its own.
func checkDpkg(t *testing.T, deb string) {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/private/firsttoken"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, root, "var/lib/dpkg/status", "")
	dpkg := func(args ...string) {
		args = append([]string{"--root=" + root, "--force-script-chrootless", "--force-not-root", "--force-confold"}, args...)
		if out, err := exec.Command("dpkg", args...).CombinedOutput(); err != nil {
			t.Fatalf("dpkg %v: %v\n%s", args, err, out)
		}
	}
	has := func(name, when string, want bool) {
		if _, err := os.Stat(filepath.Join(root, name)); (err == nil) != want {
			t.Errorf("%s: %s is there: %v, want %v", when, name, err == nil, want)
		}
	}
	const mine = "targets: [] # mine\n"
	dpkg("--install", deb)
	has("usr/bin/firsttoken", "installed", true)
	write(t, root, "etc/firsttoken/firsttoken.yml", mine)
	write(t, root, "var/lib/private/firsttoken/ledger.db", "spent")
	dpkg("--install", deb)
	if text, err := os.ReadFile(filepath.Join(root, "etc/firsttoken/firsttoken.yml")); string(text) != mine {
		t.Errorf("an upgrade replaced the configuration: %v, %s", err, text)
	}
	dpkg("--remove", "firsttoken")
	has("usr/bin/firsttoken", "removed", false)
	has("var/lib/private/firsttoken/ledger.db", "removed", true)
	dpkg("--purge", "firsttoken")
	has("var/lib/private/firsttoken", "purged", false)
	has("etc/firsttoken/firsttoken.yml", "purged", false)
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkExposure asks systemd how much of the system the unit can reach: at most 2.0 of 10.
func checkExposure(t *testing.T, unit string) {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Log("NOT CHECKED: there is no systemd-analyze here; it is in Debian's package systemd")
		return
	}
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit).
		CombinedOutput()
	if err != nil {
		t.Errorf("systemd-analyze: %v\n%s", err, out)
	}
	t.Log(strings.TrimSpace(string(out[strings.LastIndex(string(out), "→"):])))
}

// settings are the unit's, by name; the last of several counts.
func settings(t *testing.T, unit string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			all[name] = value
		}
	}
	return all
}

var address = regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`)

// checkRuns starts the unit's command line with its paths below root.
func checkRuns(t *testing.T, root string, unit map[string]string) {
	t.Helper()
	state := filepath.Join(root, "var/lib", unit["StateDirectory"])
	if err := os.MkdirAll(state, 0o700); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(^|=)(/(usr|etc|var)/)`).ReplaceAllString
	var args []string
	for word := range strings.FieldsSeq(unit["ExecStart"]) {
		args = append(args, line(word, "${1}"+root+"${2}"))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = []string{"FIRSTTOKEN_WEB_LISTEN_ADDRESS=127.0.0.1:0"}
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	log := bufio.NewReader(stderr)
	at := address.FindStringSubmatch(until(t, log, "address=127.0.0.1:"))
	if at == nil {
		t.Fatal("no address is served")
	}
	if unit["ExecReload"] != "/bin/kill -HUP $MAINPID" {
		t.Errorf("reloads by %s", unit["ExecReload"])
	}
	response, err := http.Get("http://" + at[1] + "/-/healthy")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("not healthy: %v", err)
	}
	_ = response.Body.Close()
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	until(t, log, "configuration was loaded")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, log)
	if err := cmd.Wait(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	if _, err := os.Stat(filepath.Join(state, "ledger.db")); err != nil {
		t.Errorf("no ledger in the state directory: %v", err)
	}
}

// until reads log lines to the first that has the text, and returns it.
func until(t *testing.T, log *bufio.Reader, text string) string {
	t.Helper()
	var all strings.Builder
	for {
		line, err := log.ReadString('\n')
		all.WriteString(line)
		if strings.Contains(line, text) {
			return line
		}
		if errors.Is(err, io.EOF) || err != nil {
			t.Fatalf("no line with %q in the log: %v\n%s", text, err, &all)
		}
	}
}
