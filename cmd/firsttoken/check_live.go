package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/survey"
	"github.com/firsttoken/firsttoken/prober"
)

// examined is a target, and what is wrong with it so far.
type examined struct {
	target prober.Target
	survey *survey.Survey // nil where none could begin
	report survey.Report
}

// live looks at every target of a valid file: what would be refused, and what mends it. It is charged to the budgets of
// the targets, as `once` is.
func (c *checkFlags) live(ctx context.Context, p program, o options, file *config.File) error {
	spent, err := openBudget(file, p, o)
	if err != nil {
		return err
	}
	so := surveyOptions(p, o)
	so.Budget = spent.Budget
	all := lookAtAll(ctx, p, file.Targets, so)
	err = c.tryAll(ctx, p, all)
	for _, x := range all {
		if x.survey != nil {
			x.survey.Close()
		}
	}
	if err = errors.Join(err, spent.close()); err != nil {
		return err
	}
	return printExamined(p.Stdout, all)
}

// lookAtAll asks for the pages of each target, which costs no tokens.
func lookAtAll(ctx context.Context, p program, targets []prober.Target, so survey.Options) []*examined {
	var all []*examined
	for _, t := range targets {
		fmt.Fprintf(p.Stdout, "\n%s, %s\n", t.Name, t.Model)
		x := &examined{target: t}
		all = append(all, x)
		s, err := survey.Examine(t, so)
		if err == nil {
			warnOfPlaintext(p, s)
			err = s.Pages(ctx)
		}
		if err == nil {
			err = s.Choose(ctx, t.Model)
		}
		if err != nil {
			x.report.Refused = append(x.report.Refused, err.Error())
			continue
		}
		x.survey = s
	}
	return all
}

// tryAll sends the trials of all targets that could be looked at, after one question for all of them.
func (c *checkFlags) tryAll(ctx context.Context, p program, all []*examined) error {
	var sum survey.Plan
	for _, x := range all {
		if x.survey != nil {
			sum = sum.Plus(x.survey.Plan())
		}
	}
	if sum.Requests == 0 {
		return nil
	}
	if err := consent(ctx, p, c.yes, sum); err != nil {
		return err
	}
	for _, x := range all {
		if x.survey == nil {
			continue
		}
		fmt.Fprintln(p.Stdout, x.target.Name)
		err := x.survey.Trials(ctx)
		x.report = x.survey.Report()
		if err != nil {
			x.report.Refused = append(x.report.Refused, err.Error())
		}
	}
	return nil
}

// printExamined says what is wrong with each target, and fails if any would be refused.
func printExamined(w io.Writer, all []*examined) error {
	fmt.Fprintln(w)
	bad := 0
	for _, x := range all {
		if len(x.report.Refused) == 0 {
			fmt.Fprintf(w, "%s: takes what would be sent\n", x.target.Name)
		} else {
			bad++
		}
		for _, line := range x.report.Refused {
			fmt.Fprintf(w, "%s: refused: %s\n", x.target.Name, line)
		}
		for _, line := range x.report.Notes {
			fmt.Fprintf(w, "%s: note: %s\n", x.target.Name, line)
		}
	}
	if bad > 0 {
		return errPrinted
	}
	return nil
}
