package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"

	"github.com/firsttoken/firsttoken/exporter/dcgm"
	"github.com/firsttoken/firsttoken/internal/config"
)

// program is one run of the command, with everything it uses of its process.
type program struct {
	Args           []string
	Environ        []string // KEY=value
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Reload         <-chan os.Signal // asks for the configuration to be read again
	Listening      chan<- []string  // receives the addresses that are served; may be nil
}

// command runs a subcommand whose flags have been parsed.
type command func(ctx context.Context, p program, o options) error

// errPrinted is a failure whose reason the subcommand has already printed.
var errPrinted = errors.New("the reason has been printed")

// run returns the exit code: 0, or 1 after printing what went wrong.
func (p program) run(ctx context.Context) int {
	o, err := fromEnvironment(p.Environ)
	if err != nil {
		return p.fail(err)
	}
	app, commands := p.application(&o)
	exited := false
	app.Terminate(func(int) { exited = true }) // --help and --version, which kingpin has answered
	name, err := app.Parse(withoutPart(p.Args))
	switch {
	case exited:
		return 0
	case err != nil:
		return p.fail(fmt.Errorf("%w, try --help", err))
	}
	return p.fail(commands[name](ctx, p, o))
}

// fail prints an error and returns the exit code. Problems of the configuration file stand alone on
// their lines, as a compiler's do, so that editors jump to them.
func (p program) fail(err error) int {
	var problems config.Errors
	switch {
	case err == nil:
		return 0
	case errors.As(err, &problems):
		fmt.Fprintln(p.Stderr, problems)
	case !errors.Is(err, errPrinted):
		fmt.Fprintf(p.Stderr, "firsttoken: error: %v\n", err)
	}
	return 1
}

const about = "Continuous SLO probing of LLM inference endpoints, for Prometheus. " +
	"Traces and metrics are also sent by OTLP where OTEL_EXPORTER_OTLP_ENDPOINT or another of OpenTelemetry's " +
	"variables says so."

// listening reports the addresses that are served.
func (p program) listening(addresses ...string) {
	if p.Listening != nil {
		p.Listening <- addresses
	}
}

// application declares every flag and subcommand.
func (p program) application(o *options) (*kingpin.Application, map[string]command) {
	app := kingpin.New("firsttoken", about)
	app.UsageWriter(p.Stdout)
	app.ErrorWriter(p.Stderr)
	app.Version(version.Print("firsttoken"))
	app.HelpFlag.Short('h')
	o.flags(app)

	commands := map[string]command{}
	add := func(name, help string, c command) *kingpin.CmdClause {
		commands[name] = c
		return app.Command(name, help)
	}
	add("run", "Probe the configured targets and serve what is measured. The default.", daemon).Default()
	first := initFlags{}
	first.declare(add("init", initHelp, first.run))
	check := checkFlags{}
	check.declare(add("check", checkHelp, check.run))
	spent := budgetFlags{}
	of := app.Command("budget", budgetHelp)
	commands["budget show"], commands["budget reset"] = spent.show, spent.reset
	spent.declare(of.Command("show", budgetShowHelp).Default(), of.Command("reset", budgetResetHelp))
	once := onceFlags{}
	once.declare(add("once", onceHelp, once.run))
	simulate := simulateFlags{}
	simulate.declare(add("simulate", simulateHelp, simulate.run))
	demo := demoFlags{}
	demo.declare(add("demo", demoHelp, demo.run))
	grafana := dashboardsFlags{}
	grafana.declare(add("dashboards", dashboardsHelp, grafana.run))
	completion := completionFlags{app: app}
	completion.declare(add("completion", completionHelp, completion.run))
	agent := gpuAgent{}
	agent.declare(add(dcgm.AgentCommand, gpuAgentHelp, agent.run))
	return app, commands
}
