// Command firsttoken keeps a steady synthetic coding-agent load on LLM inference endpoints and
// exports what it measured to Prometheus. The packages do the work; here flags and environment become
// options, and signals become a context and a reload channel. Each subcommand has a file.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // the time zones of budgets, where the system has none

	"github.com/prometheus/common/version"
)

func main() {
	if version.Version == "" { // built by go install or go run, not by a release
		version.Version = builtFrom()
	}
	// The first signal ends the context and restores the default handling, so a second one exits at once.
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, restore)
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)

	p := program{
		Args: os.Args[1:], Environ: os.Environ(),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Reload: reload,
	}
	os.Exit(p.run(ctx))
}

// builtFrom is the version of the module as the go command knows it.
func builtFrom() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return strings.Trim(info.Main.Version, "()")
	}
	return "devel"
}
