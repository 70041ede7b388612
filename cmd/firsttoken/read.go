package main

import (
	"context"
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/stableread"
)

// readStable reads the configuration file as a whole that nobody is writing.
func (o options) readStable(ctx context.Context, r stableread.Reader) (*config.File, error) {
	data, err := o.stableBytes(ctx, r)
	if err != nil {
		return nil, err
	}
	return o.parse(data)
}

func (o options) stableBytes(ctx context.Context, r stableread.Reader) ([]byte, error) {
	data, err := r.Read(ctx, o.ConfigFile)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return data[0], nil
}

func (o options) parse(data []byte) (*config.File, error) {
	return o.withinTotals(config.Parse(o.ConfigFile, data, time.Now(), o.checks()...))
}

// readOnce reads a configuration file for a command that does not go on.
func (o options) readOnce(path string) (*config.File, error) {
	return o.withinTotals(config.Load(path, o.checks()...))
}

// withinTotals refuses a file whose lists may bring more load than any fleet needs: what a list says must not decide
// how much is sent.
func (o options) withinTotals(file *config.File, err error) (*config.File, error) {
	if err != nil || o.AllowExcessive {
		return file, err
	}
	return file, withinTotals(file)
}
