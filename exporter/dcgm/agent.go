//go:build cgo && linux && !nodcgm

package dcgm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Supported reports whether this build has the client of NVIDIA's library.
const Supported = true

// leaveTimeout bounds how long an agent without a supervisor waits for a call into the C library.
const leaveTimeout = 2 * time.Second

// RunAgent is the child process. It watches the host engine that its one argument describes, and writes
// messages to standard output, until the context ends, standard input closes (the prober is gone) or the
// session fails. A failed session is reported in its last message, not as an error.
//
// A call into the C library cannot be cancelled. RunAgent returns without it after two seconds;
// the caller must then let the process end.
func RunAgent(ctx context.Context, argument string, stdin io.Reader, stdout io.Writer) error {
	s, err := parseSpec(argument)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		cancel()
	}()
	served := make(chan error, 1)
	go func() { served <- serve(ctx, s, json.NewEncoder(stdout)) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-served:
		return err
	case <-time.After(leaveTimeout):
		return errors.New("a call into libdcgm did not return")
	}
}

func serve(ctx context.Context, s agentSpec, out *json.Encoder) error {
	opened, versions, err := open(s)
	if err == nil {
		if err := out.Encode(agentMessage{Session: &versions}); err != nil {
			return fmt.Errorf("telling the session: %w", err)
		}
		err = opened.loop(ctx, out)
	}
	if failure, ok := errors.AsType[*sessionFailure](err); ok {
		return out.Encode(agentMessage{Failure: failure})
	}
	if opened != nil {
		opened.close()
	}
	return err
}

// loop polls once for each interval. As often as it reads the slow fields, it checks that the GPUs are
// still the same.
func (s *engineSession) loop(ctx context.Context, out *json.Encoder) error {
	ticker := time.NewTicker(s.spec.Every)
	defer ticker.Stop()
	for checkAt := time.Now().Add(s.spec.Slow); ; {
		now := time.Now()
		if !now.Before(checkAt) {
			checkAt = now.Add(s.spec.Slow)
			changed, err := s.changed()
			if err != nil {
				return err
			}
			if changed {
				return &sessionFailure{opTopology, "0", "the GPUs of the engine changed"}
			}
		}
		poll, err := s.poll(now)
		if err != nil {
			return err
		}
		if err := out.Encode(agentMessage{Poll: poll}); err != nil {
			return fmt.Errorf("telling a poll: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// detach keeps the terminal's Ctrl-C from the child, because its supervisor ends it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// ourselves runs this very binary as an agent, even after an upgrade has replaced its file.
func ourselves(ctx context.Context, argument string) (*exec.Cmd, error) {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", AgentCommand, argument)
	cmd.Args[0] = os.Args[0]
	return cmd, nil
}
