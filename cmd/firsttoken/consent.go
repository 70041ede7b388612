package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/firsttoken/firsttoken/internal/screen"
)

// errNotAsked is for a run that nobody can be asked about.
var errNotAsked = errors.New("nothing was sent: this is no terminal, where you could be asked; --yes sends it")

// errDeclined is the answer no.
var errDeclined = errors.New("nothing was sent")

// consent says what requests may cost, and asks whether to send them.
func consent(ctx context.Context, p program, yes bool, plan fmt.Stringer) error {
	fmt.Fprintf(p.Stdout, "\nTo be sent: %s\n", plan)
	switch {
	case yes:
		fmt.Fprintln(p.Stdout)
		return nil
	case !screen.IsTerminal(p.Stdin):
		return errNotAsked
	}
	return ask(ctx, p.Stdin, p.Stdout)
}

// ask waits for an answer, or for the end of the process: reading a terminal cannot be called off.
func ask(ctx context.Context, in io.Reader, out io.Writer) error {
	fmt.Fprint(out, "Send? [y/N] ")
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n') // what cannot be read is no yes
		answers <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case word := <-answers:
		if word != "y" && word != "yes" {
			return errDeclined
		}
	case <-ctx.Done():
		return errDeclined
	}
	fmt.Fprintln(out)
	return nil
}
