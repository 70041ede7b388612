package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"
)

const completionHelp = "Print a script that completes firsttoken's commands and flags in a shell: bash or zsh."

type completionFlags struct {
	app   *kingpin.Application
	shell string
}

// scripts are the completions that kingpin knows, by shell. Each asks firsttoken itself what could follow.
func scripts() map[string]string {
	return map[string]string{"bash": kingpin.BashCompletionTemplate, "zsh": kingpin.ZshCompletionTemplate}
}

func (c *completionFlags) declare(cmd *kingpin.CmdClause) {
	shells := slices.Sorted(maps.Keys(scripts()))
	cmd.Arg("shell", "The shell, bash or zsh.").Required().HintOptions(shells...).EnumVar(&c.shell, shells...)
}

// run prints the script to standard output, where kingpin prints its help, too.
func (c *completionFlags) run(context.Context, program, options) error {
	words, err := c.app.ParseContext(nil)
	if err != nil {
		return fmt.Errorf("listing the commands: %w", err)
	}
	return c.app.UsageForContextWithTemplate(words, 2, scripts()[c.shell])
}

// withoutPart takes the word that is being written away from a shell's question. Kingpin would take it for an argument
// of a default command; without it, kingpin lists all words, and the shell picks those that fit. Flags and their values
// stay: those kingpin completes itself.
func withoutPart(args []string) []string {
	last := len(args) - 1
	if last < 1 || args[0] != "--completion-bash" {
		return args
	}
	if strings.HasPrefix(args[last], "-") || last > 1 && strings.HasPrefix(args[last-1], "--") {
		return args
	}
	return args[:last]
}
