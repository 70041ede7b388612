//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

//go:embed client.py
var script string

const (
	roleVariable = "BENCHTRUTH_ROLE"
	planVariable = "BENCHTRUTH_PLAN"
)

// playRole runs this process as a responder, a client or a burner.
func playRole(ctx context.Context, role string) error {
	var p plan
	if err := json.Unmarshal([]byte(os.Getenv(planVariable)), &p); err != nil {
		return fmt.Errorf("reading the plan: %w", err)
	}
	switch role {
	case "responder":
		return respond(ctx, p)
	case "firsttoken", "batching":
		return runFirsttoken(ctx, p)
	case "daemon":
		return runDaemon(ctx, p)
	case "epoll":
		return runEpoll(ctx, p)
	case "burn":
		for ctx.Err() == nil { // until the parent kills it
		}
		return nil
	}
	return fmt.Errorf("unknown role %q", role)
}

// raiseFileLimit raises the limit of open files for this process and its children.
func raiseFileLimit(streams int) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	need := uint64(streams + 200)
	l.Cur = max(l.Cur, min(need, l.Max))
	if l.Cur < need {
		return fmt.Errorf("%d streams need %d open files, the limit is %d", streams, need, l.Max)
	}
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
}

// roleCommand starts this program in another role.
func roleCommand(ctx context.Context, role string, p plan) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, planVariable+"="+string(text))
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// errNoClient means that a client is not installed on this machine.
var errNoClient = errors.New("not installed")

// pythonCommand starts the aiohttp client.
func pythonCommand(ctx context.Context, interpreter string, p plan) (*exec.Cmd, error) {
	if err := exec.CommandContext(ctx, interpreter, "-c", "import aiohttp").Run(); err != nil {
		return nil, errNoClient
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, interpreter, "-c", script, string(text))
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// runClient runs one client against a responder of its own. It returns what the client measured and what the responder
// wrote.
func runClient(ctx context.Context, name, interpreter string, p plan) (report, []streamTruth, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*p.length()+30*time.Second)
	defer cancel()
	responder, err := roleCommand(ctx, "responder", p)
	if err != nil {
		return report{}, nil, err
	}
	in, err := responder.StdinPipe()
	if err != nil {
		return report{}, nil, err
	}
	out, err := responder.StdoutPipe()
	if err != nil {
		return report{}, nil, err
	}
	if err := responder.Start(); err != nil {
		return report{}, nil, err
	}
	from := bufio.NewReader(out)
	address, err := from.ReadString('\n')
	if err != nil {
		return report{}, nil, fmt.Errorf("starting the responder: %w", err)
	}
	p.Address = strings.TrimSpace(address)
	r, failed := clientReport(ctx, name, interpreter, p)
	_ = in.Close() // the responder then prints what it wrote
	var truth []streamTruth
	text, err := io.ReadAll(from)
	if err == nil {
		err = json.Unmarshal(text, &truth)
	}
	return r, truth, errors.Join(failed, err, responder.Wait())
}

func clientReport(ctx context.Context, name, interpreter string, p plan) (r report, err error) {
	cmd, err := roleCommand(ctx, name, p)
	if name == "aiohttp" {
		cmd, err = pythonCommand(ctx, interpreter, p)
	}
	if err != nil {
		return r, err
	}
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		return r, fmt.Errorf("running the client %s: %w", name, err)
	}
	return r, json.Unmarshal(out.Bytes(), &r)
}
