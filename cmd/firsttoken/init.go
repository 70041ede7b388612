package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/caarlos0/env/v11"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/survey"
	"github.com/firsttoken/firsttoken/prober/chat"
)

const initHelp = "Look at an endpoint with a handful of small requests, and write a configuration for it."

type initFlags struct {
	url    string
	key    string
	model  string
	api    string
	window int
	yes    bool
}

func (c *initFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Arg("url", "The endpoint's address, such as http://vllm:8000 or https://api.together.ai/v1.").Required().
		StringVar(&c.url)
	cmd.Flag("api-key-file", "File with the API key ($"+variable("api-key-file")+").").StringVar(&c.key)
	cmd.Flag("model", "The model to ask for. Default: the only one of the endpoint's list.").StringVar(&c.model)
	cmd.Flag("api", "The dialect to speak. Default: the first that the endpoint serves.").EnumVar(&c.api, apiNames()...)
	cmd.Flag("window", "The most tokens of a prompt and its answer. Default: what the endpoint tells.").IntVar(&c.window)
	cmd.Flag("yes", "Send without asking.").Short('y').BoolVar(&c.yes)
}

func apiNames() []string {
	var names []string
	for _, a := range chat.APIs() {
		names = append(names, string(a))
	}
	return names
}

// run writes the file that --config.file names, and never over another.
func (c *initFlags) run(ctx context.Context, p program, o options) error {
	if err := absent(o.ConfigFile); err != nil {
		return err
	}
	c.key = cmp.Or(c.key, env.ToMap(p.Environ)[variable("api-key-file")])
	found, err := c.look(ctx, p, o)
	if err != nil {
		return err
	}
	text, err := c.compose(found, o)
	if err != nil {
		return err
	}
	if err := create(o.ConfigFile, text); err != nil {
		return err
	}
	printNext(p, o, found.Name())
	return nil
}

// look surveys the endpoint, and asks before anything costs money.
func (c *initFlags) look(ctx context.Context, p program, o options) (*survey.Finding, error) {
	s, err := survey.Explore(chat.Endpoint{
		URL: c.url, API: chat.API(c.api), APIKeyFile: c.key,
	}, surveyOptions(p, o))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	warnOfPlaintext(p, s)
	if err := s.Pages(ctx); err != nil {
		return nil, err
	}
	if err := s.Choose(ctx, c.model); err != nil {
		return nil, err
	}
	if c.window > 0 {
		s.SetWindow(c.window)
	}
	if err := consent(ctx, p, c.yes, s.Plan()); err != nil {
		return nil, err
	}
	if err := s.Trials(ctx); err != nil {
		return nil, err
	}
	return s.Found(), nil
}

// compose is the configuration, which must be one that `check` accepts: what cannot be probed is not written.
func (c *initFlags) compose(found *survey.Finding, o options) ([]byte, error) {
	text := survey.File{Finding: found, KeyFile: relativeTo(c.key, o.ConfigFile), Date: time.Now()}.YAML()
	if _, err := config.Parse(o.ConfigFile, text, time.Now(), o.checks()...); err != nil {
		return nil, fmt.Errorf("the endpoint answers, but no valid configuration can be made of what it takes "+
			"(nothing is written): %w", err)
	}
	return text, nil
}

// surveyOptions are those of this process.
func surveyOptions(p program, o options) survey.Options {
	return survey.Options{
		Version: programVersion(), Seed: seedOf(o),
		Connect: func(e chat.Endpoint) (*chat.Client, error) {
			return chat.NewClient(e, chat.Options{Version: programVersion()})
		},
		Say: func(line string) { fmt.Fprintln(p.Stdout, "  "+line) },
	}
}

func warnOfPlaintext(p program, s *survey.Survey) {
	if s.Plaintext() {
		fmt.Fprintln(p.Stderr, "firsttoken: warning: the key goes over the network in plain text: the URL begins with "+
			"http://, and the daemon will send it so, too")
	}
}

// absent fails if there is a file: init never overwrites.
func absent(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fmt.Errorf("%s exists, and is left as it is: name another with --config.file, or look at what it says with "+
			"`firsttoken check --live`", path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return fmt.Errorf("looking for the configuration: %w", err)
}

// create writes a file that is not there yet.
func create(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	return nil
}

// relativeTo is a file as a configuration names it: from the configuration's own folder where it lies there, else by
// its whole path.
func relativeTo(file, configuration string) string {
	if file == "" {
		return ""
	}
	whole, err := filepath.Abs(file)
	folder, err2 := filepath.Abs(filepath.Dir(configuration))
	if errors.Join(err, err2) != nil {
		return file
	}
	if near, err := filepath.Rel(folder, whole); err == nil && filepath.IsLocal(near) {
		return near
	}
	return whole
}

// printNext ends with the commands that come next.
func printNext(p program, o options, target string) {
	in := ""
	if o.ConfigFile != defaultConfig {
		in = " --config.file=" + shellWord(o.ConfigFile)
	}
	fmt.Fprintf(p.Stdout, "\n%s is written; its comments say why each value is as it is. Next:\n\n", o.ConfigFile)
	for _, row := range [][2]string{
		{"firsttoken check" + in, "the load and its cost"},
		{"firsttoken once " + target + in, "one turn of full size, and its timeline"},
		{"firsttoken" + in, "probe; http://localhost:9977/"},
	} {
		fmt.Fprintf(p.Stdout, "  %-*s  # %s\n", len("firsttoken once ")+len(target)+len(in), row[0], row[1])
	}
}

const defaultConfig = "firsttoken.yml"

// shellWord quotes a file name for a shell where it must be.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
