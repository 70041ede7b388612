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
	codeCrash   = "crash"   // the process ended without a reason: a fault in the C library
	codeSilent  = "silent"  // it was killed because it sent nothing: a call that hangs
	codeGarbled = "garbled" // it wrote a line that is no message
	codeStart   = "start"   // it could not be started
)

// maxMessage bounds a line of an agent. A poll of eight GPUs is about 20 KiB.
const maxMessage = 8 << 20

var errSilent = errors.New("no message in time")

// agentCommand makes the command that runs an agent with one argument.
type agentCommand func(ctx context.Context, argument string) (*exec.Cmd, error)

// agentProcess is one child process, and the watchdog that kills it when it sends nothing.
type agentProcess struct {
	timing   agentTiming
	cmd      *exec.Cmd
	out      io.Reader
	stderr   stderrHead
	cancel   context.CancelCauseFunc
	watchdog *time.Timer
	cause    func() error // why the agent was asked to leave; nil before
}

// start runs the command with the argument. When the context ends, the agent is asked to leave by
// closing its standard input, and killed if it stays.
func (a *agentProcess) start(ctx context.Context, argument string, command agentCommand) error {
	ctx, a.cancel = context.WithCancelCause(ctx)
	a.cause = func() error { return context.Cause(ctx) }
	cmd, err := command(ctx, argument)
	if err != nil {
		a.cancel(err)
		return err
	}
	detach(cmd)
	cmd.Stderr = &a.stderr
	cmd.WaitDelay = a.timing.farewell
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
	a.watchdog = a.timing.afterFunc(a.timing.firstMessage, func() { a.cancel(errSilent) })
	return nil
}

// messages passes each message to take until the agent's output ends. A line that is no message is an
// error, and the agent is asked to leave.
func (a *agentProcess) messages(take func(agentMessage)) error {
	lines := bufio.NewScanner(a.out)
	lines.Buffer(make([]byte, 64<<10), maxMessage)
	for lines.Scan() {
		a.watchdog.Reset(a.timing.silence)
		var m agentMessage
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			a.cancel(err)
			return fmt.Errorf("a line of the dcgm agent: %w", err)
		}
		take(m)
	}
	if err := lines.Err(); err != nil && a.cause() == nil {
		a.cancel(err)
		return fmt.Errorf("reading the dcgm agent: %w", err)
	}
	return nil
}

// wait reaps the process and returns how it ended.
func (a *agentProcess) wait() *sessionFailure {
	a.watchdog.Stop()
	_, _ = io.Copy(io.Discard, a.out) // the rest after a garbled line; ends when the process does
	err := a.cmd.Wait()
	silent := errors.Is(a.cause(), errSilent)
	a.cancel(nil)
	switch {
	case silent:
		return &sessionFailure{opAgent, codeSilent, errSilent.Error()}
	case err != nil:
		return &sessionFailure{opAgent, codeCrash, strings.TrimSpace(err.Error() + ": " + a.stderr.firstLine())}
	default:
		return &sessionFailure{opAgent, codeCrash, "the agent left without a word"}
	}
}

// stderrHead keeps the beginning of an agent's standard error: a crash prints its reason before its
// stack traces.
type stderrHead struct {
	mu   sync.Mutex
	text bytes.Buffer
}

const maxStderr = 2 << 10

func (h *stderrHead) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text.Write(p[:min(len(p), maxStderr-h.text.Len())])
	return len(p), nil
}

// firstLine returns the first line that is not empty.
func (h *stderrHead) firstLine() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	line, _, _ := strings.Cut(strings.TrimSpace(h.text.String()), "\n")
	return line
}
