package main

import (
	"context"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/exporter/dcgm"
)

const gpuAgentHelp = "Read the GPUs of one host engine, for the process that started this one."

// gpuAgent is the hidden subcommand by which firsttoken starts itself, once for each host engine. It
// serves no pages and reads no file: frames go to stdout, everything else to stderr.
type gpuAgent struct{ argument string }

func (c *gpuAgent) declare(cmd *kingpin.CmdClause) {
	cmd.Hidden()
	cmd.Arg("engine", "What to read, as JSON.").Required().StringVar(&c.argument)
}

// run may return while a hanging call into the C library is still under way. The process must end then,
// and it does.
func (c *gpuAgent) run(ctx context.Context, p program, _ options) error {
	return dcgm.RunAgent(ctx, c.argument, p.Stdin, p.Stdout)
}
