package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/firsttoken/firsttoken/internal/screen"
)

// errNotAsked is for a run that nobody can be asked about.
var errNotAsked = errors.New("nothing was sent: this is no terminal, where you could be asked; --yes sends it")

// errDeclined is the answer no.
var errDeclined = errors.New("nothing was sent")

// consent says what requests may cost, and asks whether to send them.
func consent(p program, yes bool, plan fmt.Stringer) error {
	fmt.Fprintf(p.Stdout, "\nTo be sent: %s\n", plan)
	if yes {
		fmt.Fprintln(p.Stdout)
		return nil
	}
	if !screen.IsTerminal(p.Stdin) {
		return errNotAsked
	}
	fmt.Fprint(p.Stdout, "Send? [y/N] ")
	answer, err := bufio.NewReader(p.Stdin).ReadString('\n')
	if word := strings.ToLower(strings.TrimSpace(answer)); err != nil || word != "y" && word != "yes" {
		return errDeclined
	}
	fmt.Fprintln(p.Stdout)
	return nil
}
