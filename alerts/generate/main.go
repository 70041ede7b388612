// Command generate writes the rule files beside package alerts; go generate ./alerts runs it there.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/firsttoken/firsttoken/alerts"
)

func main() {
	parameters := alerts.Defaults()
	links := &parameters.Links
	out := flag.String("out", ".", "directory to write to")
	flag.StringVar(&links.Runbooks, "runbooks", links.Runbooks,
		"address of the runbooks; # and the alert's name are appended")
	flag.StringVar(&links.Dashboards, "dashboards", links.Dashboards,
		"address of the dashboards; a dashboard's uid is appended")
	flag.Parse()
	if err := write(*out, parameters); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func write(dir string, parameters alerts.Parameters) error {
	groups := alerts.Groups(parameters)
	plain, err := alerts.Plain(groups)
	if err != nil {
		return err
	}
	gpus, err := os.ReadFile(filepath.Join(dir, "gpu.rules.yml")) // written by hand
	if err != nil {
		return err
	}
	resource, err := alerts.PrometheusRule(groups, gpus)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "firsttoken.rules.yml"), plain, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "prometheusrule.yml"), resource, 0o644)
}
