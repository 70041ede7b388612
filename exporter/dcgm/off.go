//go:build !cgo || !linux || nodcgm

package dcgm

import (
	"context"
	"errors"
	"io"
	"os/exec"
)

// Supported reports whether this build has the client of NVIDIA's library.
const Supported = false

// RunAgent fails: this build has no agent.
func RunAgent(context.Context, string, io.Reader, io.Writer) error {
	return errors.New("built without DCGM: GPU telemetry needs linux, cgo and no tag nodcgm")
}

func detach(*exec.Cmd) {}

func ourselves(context.Context, string) (*exec.Cmd, error) {
	return nil, errors.New("built without DCGM")
}
