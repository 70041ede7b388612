package dcgm

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Codes of opAgent.
const (
	codeCrash   = "crash"   // the process ended without a word: a fault in the C library
	codeSilent  = "silent"  // it was killed for saying nothing: a call that hangs
	codeGarbled = "garbled" // it wrote something that is no frame
	codeStart   = "start"   // it could not be started
)

// maxFrame bounds a line of an agent. A poll of eight GPUs is some 20 KiB.
const maxFrame = 8 << 20

var errSilent = errors.New("no frame in time")

// agent is one child process and the watchdog that kills it when it says nothing.
type agent struct {
	pace     pace
	cmd      *exec.Cmd
	out      io.Reader
	words    lastWords
	cancel   context.CancelCauseFunc
	watchdog *time.Timer
	cause    func() error // why the agent was told to leave; nil while it was not
}

// start runs the command with the argument. When the context ends, the agent is asked to leave by
// closing its standard input, and killed when it does not.
func (a *agent) start(ctx context.Context, argument string, command func(context.Context, string) (*exec.Cmd, error)) error {
	ctx, a.cancel = context.WithCancelCause(ctx)
	a.cause = func() error { return context.Cause(ctx) }
	cmd, err := command(ctx, argument)
	if err != nil {
		a.cancel(err)
		return err
	}
	detach(cmd)
	cmd.Stderr = &a.words
	cmd.WaitDelay = a.pace.farewell
	stdin, err := cmd.StdinPipe()
	if err == nil {
		a.out, err = cmd.StdoutPipe()
	}
	cmd.Cancel = func() error {
		if errors.Is(a.cause(), errSilent) {
			return cmd.Process.Kill()
		}
		return stdin.Close()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		a.cancel(err)
		return fmt.Errorf("starting the dcgm agent: %w", err)
	}
	a.cmd = cmd
	a.watchdog = time.AfterFunc(a.pace.first, func() { a.cancel(errSilent) })
	return nil
}

// frames hands each frame to take until the agent's output ends. It returns an error for a line
// that is no frame; the agent is then told to leave.
func (a *agent) frames(take func(Frame)) error {
	lines := bufio.NewScanner(a.out)
	lines.Buffer(make([]byte, 64<<10), maxFrame)
	for lines.Scan() {
		a.watchdog.Reset(a.pace.silence)
		var f Frame
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			a.cancel(err)
			return fmt.Errorf("a line of the dcgm agent: %w", err)
		}
		take(f)
	}
	if err := lines.Err(); err != nil && a.cause() == nil {
		a.cancel(err)
		return fmt.Errorf("reading the dcgm agent: %w", err)
	}
	return nil
}

// wait reaps the process and says how it ended.
func (a *agent) wait() *Failure {
	a.watchdog.Stop()
	_, _ = io.Copy(io.Discard, a.out) // what follows a garbled line; ends when the process does
	err := a.cmd.Wait()
	silent := errors.Is(a.cause(), errSilent)
	a.cancel(nil)
	switch {
	case silent:
		return &Failure{opAgent, codeSilent, errSilent.Error()}
	case err != nil:
		return &Failure{opAgent, codeCrash, strings.TrimSpace(err.Error() + ": " + a.words.first())}
	default:
		return &Failure{opAgent, codeCrash, "the agent left without a word"}
	}
}

// lastWords keeps the beginning of what an agent wrote to its standard error: the reason of a
// crash stands before its stack traces.
type lastWords struct {
	mu   sync.Mutex
	text bytes.Buffer
}

const maxWords = 2 << 10

func (w *lastWords) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p[:min(len(p), maxWords-w.text.Len())])
	return len(p), nil
}

// first is the first line that says something.
func (w *lastWords) first() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	line, _, _ := strings.Cut(strings.TrimSpace(w.text.String()), "\n")
	return line
}
