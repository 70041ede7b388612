package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/dashboards"
)

const dashboardsHelp = "Write the Grafana dashboards, and the file that makes Grafana load them."

type dashboardsFlags struct{ out string }

func (c *dashboardsFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Flag("out", "Folder to write to; it is made where it does not exist.").Default("dashboards").StringVar(&c.out)
}

func (c *dashboardsFlags) run(_ context.Context, p program, _ options) error {
	written, err := dashboards.Write(c.out)
	if err != nil {
		return err
	}
	for _, path := range written {
		fmt.Fprintln(p.Stdout, path)
	}
	return nil
}
