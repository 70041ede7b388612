package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"github.com/firsttoken/firsttoken/internal/syncbuf"
)

// pseudoTerminal is a terminal of 80 by 24: what is written to user is typed, what is read from it is shown.
func pseudoTerminal(t *testing.T) (user, program *os.File) {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here (mount a devpts on /dev/pts): %v", err)
	}
	t.Cleanup(func() { _ = user.Close() })
	if err := unix.IoctlSetPointerInt(int(user.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(user.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here (mount a devpts on /dev/pts): %v", err)
	}
	t.Cleanup(func() { _ = program.Close() })
	if err := unix.IoctlSetWinsize(int(program.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	return user, program
}

func settings(t *testing.T, terminal *os.File) unix.Termios {
	t.Helper()
	s, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *s
}

// TestDemoOnATerminal runs the demo on a real terminal, and ends it in each way in which a person or a system may. The
// terminal is then as it was.
func TestDemoOnATerminal(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(user *os.File, p *os.Process) error{
		"q":         func(user *os.File, _ *os.Process) error { return typed(user, "q") },
		"control-C": func(user *os.File, _ *os.Process) error { return typed(user, "\x03") },
		"SIGINT":    func(_ *os.File, p *os.Process) error { return p.Signal(os.Interrupt) },
		"SIGTERM":   func(_ *os.File, p *os.Process) error { return p.Signal(syscall.SIGTERM) },
		"SIGHUP":    func(_ *os.File, p *os.Process) error { return p.Signal(syscall.SIGHUP) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && name != "q" {
				t.Skip("each is a process of its own: run it without -short")
			}
			user, program := pseudoTerminal(t)
			before := settings(t, program)
			shown := &syncbuf.Buffer{}
			go func() { _, _ = io.Copy(shown, user) }() // until the terminal is closed
			command := exec.CommandContext(t.Context(), os.Args[0], "demo", "--web.listen-address=127.0.0.1:0")
			command.Env = append(os.Environ(), asProgram+"=1", "TERM=xterm", "NO_COLOR=1")
			command.Stdin, command.Stdout, command.Stderr = program, program, program
			command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the table", func() bool { return strings.Contains(shown.String(), "OBJECTIVES") })
			for _, press := range []struct{ key, want string }{
				{"?", "What you see"}, {"i", "INCIDENT 0s of 45s · together: the prefix cache never hits"},
			} {
				if err := typed(user, press.key); err != nil {
					t.Fatal(err)
				}
				eventually(t, press.want, func() bool { return strings.Contains(shown.String(), press.want) })
			}
			if err := end(user, command.Process); err != nil {
				t.Fatal(err)
			}
			if err := command.Wait(); err != nil {
				t.Errorf("%v\n%s", err, shown)
			}
			if after := settings(t, program); !reflect.DeepEqual(before, after) {
				t.Errorf("the terminal's settings are %+v, were %+v", after, before)
			}
			checkShown(t, shown)
		})
	}
}

func typed(user *os.File, keys string) error {
	_, err := user.WriteString(keys)
	return err
}

// checkShown looks at all that the terminal was sent: no line of a picture is too wide, no picture has too many lines,
// and what was switched on is switched off.
func checkShown(t *testing.T, shown *syncbuf.Buffer) {
	t.Helper()
	eventually(t, "the summary", func() bool { return strings.Contains(shown.String(), "Your own endpoint") })
	pictures, left, _ := strings.Cut(shown.String(), "\x1b[?1049l")
	if !strings.HasPrefix(pictures, "\x1b[?1049h\x1b[?25l") || !strings.HasSuffix(pictures, "\x1b[?25h") {
		t.Errorf("the other screen or the cursor stays: %q", pictures)
	}
	if !strings.Contains(left, "s, for 45s: together: the prefix cache never hits") {
		t.Errorf("the summary does not tell of the incident:\n%s", left)
	}
	codes := regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]")
	for _, picture := range strings.Split(pictures, "\x1b[H")[1:] {
		lines := strings.Split(codes.ReplaceAllString(picture, ""), "\r\n")
		if len(lines) > 24 {
			t.Errorf("%d lines:\n%s", len(lines), picture)
		}
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); n > 80 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
	}
}
