package main

import (
	"strings"
	"testing"
)

// TestCheckReadsLists checks that check and once know the targets of lists, and that check asks no server.
func TestCheckReadsLists(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	i := newInventory(t, `[{"targets": ["10.0.0.2:80"]}]`)
	path := write(t, dir, "f.yml", paused+own("own")+"file_sd:\n  - {files: [a.yml], max_targets: 7, "+
		"target: {load: {tokens_per_minute: 1000}}}\nhttp_sd:\n  - url: "+i.URL+"\n")
	write(t, dir, "a.yml", "- targets: [\"10.0.0.1:80\"]\n")
	code, stdout, stderr := run(t, "check", path)
	for _, want := range []string{
		"2 targets, no problems", "10.0.0.1:80_m",
		"file_sd[0]  yes                                        7               7.00k\n",
		"http_sd[0]  no: its server is not asked              100               12.5M\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing:\n%s", want, stdout)
		}
	}
	if code != 0 || i.asked.Load() != 0 {
		t.Errorf("exit code %d, the server was asked %d times: %s", code, i.asked.Load(), stderr)
	}
	if code, _, stderr := run(t, "--config.file="+path, "once", "none"); code != 1 ||
		!strings.Contains(stderr, "there are own, 10.0.0.1:80_m, 10.0.0.2:80_m") {
		t.Errorf("once: exit code %d: %s", code, stderr)
	}

	write(t, dir, "a.yml", "- targets: [a]\n- targets:\n  - ftp://b\n")
	code, _, stderr = run(t, "check", path)
	if code != 1 || !strings.Contains(stderr, "a.yml:2: [1].targets[0].url: must begin with http://") {
		t.Errorf("a target without a URL: exit code %d: %s", code, stderr)
	}
	write(t, dir, "a.yml", "")
	code, _, stderr = run(t, "check", path)
	if code != 1 || !strings.Contains(stderr, "firsttoken: error: file_sd[0]: "+dir+"/a.yml is empty") {
		t.Errorf("an empty list: exit code %d: %s", code, stderr)
	}
}

// TestCeilingOfLists checks that what lists may bring is bounded without reading any.
func TestCeilingOfLists(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	list := "  - {files: [a.yml], max_targets: 300}\n" // of 125,000 tokens per minute each
	write(t, dir, "a.yml", "[]\n")
	one := write(t, dir, "one.yml", paused+own()+"file_sd:\n"+list)
	if code, _, stderr := run(t, "check", one); code != 0 {
		t.Errorf("one list: exit code %d: %s", code, stderr)
	}
	two := write(t, dir, "two.yml", paused+own()+"file_sd:\n"+list+list)
	for _, args := range [][]string{{"check", two}, {"run", "--config.file=" + two, "--web.listen-address=127.0.0.1:0"}} {
		code, _, stderr := run(t, args...)
		want := two + ":5: file_sd[1].max_targets: 300 targets may bring the load of all lists to 75,000,000 tokens per " +
			"minute, above the ceiling of 50,000,000 (--load.allow-excessive lifts it)"
		if code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, without %q: %s", args[0], code, want, stderr)
		}
	}
	if code, _, stderr := run(t, "--load.allow-excessive", "check", two); code != 0 {
		t.Errorf("with the flag: exit code %d: %s", code, stderr)
	}
}
