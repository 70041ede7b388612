package main

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/prometheus/common/promslog"
)

// logger writes to stderr in the form that Prometheus' own programs use.
func (p program) logger(o options) (*slog.Logger, error) {
	level, format := promslog.NewLevel(), promslog.NewFormat()
	if err := errors.Join(level.Set(o.LogLevel), format.Set(o.LogFormat)); err != nil {
		return nil, fmt.Errorf("setting up the log: %w", err)
	}
	return promslog.New(&promslog.Config{Level: level, Format: format, Writer: p.Stderr}), nil
}
