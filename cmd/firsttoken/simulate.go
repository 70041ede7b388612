package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

const simulateHelp = "Serve simulated inference engines, to be probed."

type simulateFlags struct {
	address   string
	profiles  []string
	files     []string
	model     string
	keyFile   string
	incidents string
	seed      uint64
}

func (c *simulateFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Flag("listen-address", "Address to serve on.").Default("127.0.0.1:9988").StringVar(&c.address)
	cmd.Flag("profile", "Built-in engine to serve: "+strings.Join(profileNames(), ", ")+
		". Repeatable; requests choose by model name. Default: vllm.").
		EnumsVar(&c.profiles, profileNames()...)
	cmd.Flag("profile.file", "YAML file with an engine's profile. Repeatable.").StringsVar(&c.files)
	cmd.Flag("model", "Model name of the engine, if there is only one. Default: its profile's name.").
		StringVar(&c.model)
	cmd.Flag("api-key.file", "File with the API key that requests must carry. Default: none is needed.").
		StringVar(&c.keyFile)
	cmd.Flag("incidents.file", "YAML file with incidents: what goes wrong, when, for how long.").
		StringVar(&c.incidents)
	cmd.Flag("seed", "Seed of all that is random in the engines.").Default("1").Uint64Var(&c.seed)
}

func profileNames() []string {
	var names []string
	for _, p := range simulator.Profiles() {
		names = append(names, p.Name)
	}
	return names
}

// run serves until ctx ends.
func (c *simulateFlags) run(ctx context.Context, p program, _ options) error {
	profiles, err := c.engines()
	if err != nil {
		return err
	}
	incidents, err := loadIncidents(c.incidents)
	if err != nil {
		return err
	}
	key, err := readKey(c.keyFile)
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.address)
	if err != nil {
		return fmt.Errorf("listening for requests: %w", err)
	}
	models, err := c.models(profiles, incidents)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	printSimulation(p.Stdout, l.Addr().String(), models)
	p.listening(l.Addr().String())
	return serveEngines(ctx, l, simulator.NewServer(simulator.Options{APIKey: key}, models...))
}

func (c *simulateFlags) engines() ([]simulator.Profile, error) {
	if len(c.profiles)+len(c.files) == 0 {
		c.profiles = []string{"vllm"}
	}
	var all []simulator.Profile
	for _, name := range c.profiles {
		if p, ok := simulator.ProfileNamed(name); ok {
			all = append(all, p)
		}
	}
	for _, path := range c.files {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading a profile: %w", err)
		}
		p, err := simulator.ParseProfile(path, data)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if c.model != "" && len(all) > 1 {
		return nil, fmt.Errorf("--model names one engine, and there are %d: "+
			"requests choose them by their profiles' names", len(all))
	}
	return all, nil
}

func (c *simulateFlags) models(
	profiles []simulator.Profile, incidents []simulator.Incident,
) ([]simulator.Model, error) {
	var models []simulator.Model
	for i, p := range profiles {
		e, err := simulator.NewEngine(p, simulator.EngineOptions{Seed: c.seed + uint64(i), Incidents: incidents})
		if err != nil {
			return nil, err
		}
		name := p.Name
		if c.model != "" {
			name = c.model
		}
		models = append(models, simulator.Model{Name: name, Engine: e})
	}
	return models, nil
}

// readKey reads the key in a file; without a path there is none.
func readKey(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading the API key: %w", err)
	}
	key := strings.TrimSpace(string(data))
	if key == "" {
		return "", fmt.Errorf("reading the API key: %s is empty", path)
	}
	return key, nil
}

func loadIncidents(path string) ([]simulator.Incident, error) {
	if path == "" {
		return nil, nil
	}
	return simulator.LoadIncidents(path)
}

func printSimulation(w io.Writer, address string, models []simulator.Model) {
	fmt.Fprintf(w, "Simulated engines on http://%s/v1, calibrated to published figures: "+
		"no model stands behind them.\n", address)
	fmt.Fprintf(w, "Metrics under vLLM's names: http://%s/metrics. To probe them:\n\ntargets:\n", address)
	for _, m := range models {
		fmt.Fprintf(w, "  - {name: sim-%s, url: \"http://%s/v1\", api: openai_chat, model: %s}\n",
			m.Engine.Name(), address, m.Name)
	}
}
