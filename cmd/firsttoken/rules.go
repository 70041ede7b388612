package main

import (
	"context"
	"fmt"
	"os"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/alerts"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/invalid"
)

const rulesHelp = "Write recording and alerting rules, their tests, and an example of Alertmanager's configuration."

type rulesFlags struct {
	out, parameters string
	force           bool
}

func (c *rulesFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Flag("out", "Folder to write to; it is made where it does not exist.").Default("rules").StringVar(&c.out)
	cmd.Flag("parameters", "File of parameters: labels, severities, windows, links, what to leave out. "+
		"Empty: the defaults.").StringVar(&c.parameters)
	cmd.Flag("force", "Overwrite files that this command did not write.").BoolVar(&c.force)
}

// run writes all files or, where something is wrong, none.
func (c *rulesFlags) run(_ context.Context, p program, _ options) error {
	parameters, err := readParameters(c.parameters)
	if err != nil {
		return err
	}
	files, err := alerts.Files(parameters)
	if err != nil {
		return err
	}
	written, err := alerts.Write(c.out, files, c.force)
	if err != nil {
		return err
	}
	for _, path := range written {
		fmt.Fprintln(p.Stdout, path)
	}
	return nil
}

func readParameters(name string) (alerts.Parameters, error) {
	parameters := alerts.Defaults()
	if name == "" {
		return parameters, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return parameters, fmt.Errorf("reading the parameters: %w", err)
	}
	return parameters, config.Decode(name, data, &parameters, func() invalid.Errors { return parameters.Validate() })
}
