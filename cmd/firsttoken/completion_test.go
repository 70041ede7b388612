package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Kingpin answers a shell's question on the process's own standard output.
func TestCompletionInBash(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here: install it to check what it completes")
	}
	code, script, stderr := run(t, "completion", "bash")
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	// The command that bash asks is this test.
	asked := filepath.Join(t.TempDir(), "firsttoken")
	if err := os.WriteFile(asked, []byte("#!/bin/sh\nexec "+os.Args[0]+" \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{
		"da":                     "dashboards",
		"budget re":              "reset",
		"completion z":           "zsh",
		"--web.listen-a":         "--web.listen-address",
		"simulate --api-key.fil": "--api-key.file",
	} {
		words := strings.Fields(typed)
		line := fmt.Sprintf("COMP_WORDS=(%q %s)\nCOMP_CWORD=%d\n", asked, typed, len(words)) + script +
			"_firsttoken_bash_autocomplete\necho \"${COMPREPLY[@]}\"\n"
		cmd := exec.Command(bash, "--norc", "-c", line)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%s: %q (%v), want %q", typed, got, err, want)
		}
	}
}

func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for shell, mark := range map[string]string{"bash": "complete -F _firsttoken_bash", "zsh": "#compdef firsttoken"} {
		if code, stdout, stderr := run(t, "completion", shell); code != 0 || !strings.Contains(stdout, mark) {
			t.Errorf("%s: exit code %d: %s%s", shell, code, stdout, stderr)
		}
	}
	if code, _, stderr := run(t, "completion", "fish"); code != 1 || !strings.Contains(stderr, "one of bash,zsh") {
		t.Errorf("fish: exit code %d: %s", code, stderr)
	}
}
