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

// program is one run of the command and all that it touches of its process.
type program struct {
	Args           []string
	Environ        []string // KEY=value
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Reload         <-chan os.Signal // read the configuration again
	Listening      chan<- []string  // told the addresses that are served; nil tells nobody
}

// command is a subcommand that has its flags.
type command func(ctx context.Context, p program, o options) error

// errShown is a failure that its subcommand has told already.
var errShown = errors.New("the reason has been printed")

// run returns the exit code: 0, or 1 for anything that went wrong, which it has printed.
func (p program) run(ctx context.Context) int {
	o, err := fromEnvironment(p.Environ)
	if err != nil {
		return p.fail(err)
	}
	app, commands := p.application(&o)
	exited := false
	app.Terminate(func(int) { exited = true }) // --help and --version, which kingpin has answered
	name, err := app.Parse(p.Args)
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
	case !errors.Is(err, errShown):
		fmt.Fprintf(p.Stderr, "firsttoken: error: %v\n", err)
	}
	return 1
}

const about = "Continuous SLO probing of LLM inference endpoints, for Prometheus. Traces and metrics are also sent by OTLP where OTEL_EXPORTER_OTLP_ENDPOINT or another of OpenTelemetry's variables says so."

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
	check := checkFlags{}
	check.declare(add("check", "Check a configuration file and show what its load will be and cost.", check.run))
	once := onceFlags{}
	once.declare(add("once", "Send one turn to a target and show its timeline. A cold first turn of the target's workload: some 45,000 tokens.", once.run))
	simulate := simulateFlags{}
	simulate.declare(add("simulate", "Serve simulated inference engines, to be probed.", simulate.run))
	demo := demoFlags{}
	demo.declare(add("demo", "Show everything at work: three simulated engines, a steady load on each, and what is measured.", demo.run))
	grafana := dashboardsFlags{}
	grafana.declare(add("dashboards", "Write the Grafana dashboards, and the file that makes Grafana load them.", grafana.run))
	agent := gpuAgent{}
	agent.declare(add(dcgm.AgentCommand, "Read the GPUs of one host engine, for the process that started this one.", agent.run))
	return app, commands
}
