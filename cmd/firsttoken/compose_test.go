package main

import (
	"bytes"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/simulator"
)

// composition is the part of deploy/compose.yaml that the tests read.
type composition struct {
	Services map[string]struct {
		Image       string
		Build       *struct{ Context, Target string }
		Command     []string
		Volumes     []string
		Ports       []string
		Environment map[string]string
		DependsOn   []string `yaml:"depends_on"`
	}
	Volumes map[string]any
}

const deploy = "../../deploy"

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func composed(t *testing.T) composition {
	t.Helper()
	var c composition
	readYAML(t, filepath.Join(deploy, "compose.yaml"), &c)
	if len(c.Services) != 5 {
		t.Fatalf("%d services, want firsttoken, its simulator, Prometheus, Alertmanager and Grafana", len(c.Services))
	}
	return c
}

// mounts maps the paths in a service's container to paths on this machine.
func (c composition) mounts(service string) map[string]string {
	found := map[string]string{}
	for _, v := range c.Services[service].Volumes {
		parts := strings.Split(v, ":")
		found[parts[1]] = parts[0]
	}
	return found
}

// TestComposePaths checks that everything that is mounted or built exists, and that images are pinned.
func TestComposePaths(t *testing.T) {
	c := composed(t)
	dockerfile, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	pinned := regexp.MustCompile(`^[a-z]+/[a-z]+:v?\d+\.\d+\.\d+$`)
	for name, s := range c.Services {
		for _, host := range c.mounts(name) {
			if _, isVolume := c.Volumes[host]; isVolume {
				continue
			}
			if _, err := os.Stat(filepath.Join(deploy, host)); err != nil {
				t.Errorf("%s mounts what is not there: %v", name, err)
			}
		}
		switch {
		case s.Build == nil && !pinned.MatchString(s.Image):
			t.Errorf("%s: image %q has no exact version", name, s.Image)
		case s.Build != nil && !bytes.Contains(dockerfile, []byte(" AS "+s.Build.Target+"\n")):
			t.Errorf("%s: the Dockerfile has no stage %q", name, s.Build.Target)
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network", name, p)
			}
		}
		for _, d := range s.DependsOn {
			if _, ok := c.Services[d]; !ok {
				t.Errorf("%s depends on %q, which is no service", name, d)
			}
		}
	}
}

// TestComposeCommands checks that our own command lines parse, with ports, profiles and files that exist.
func TestComposeCommands(t *testing.T) {
	c := composed(t)
	for _, name := range []string{"simulator", "firsttoken"} {
		o, err := fromEnvironment(nil)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		p := program{Stdout: &out, Stderr: &out}
		app, _ := p.application(&o)
		if _, err := app.Parse(c.Services[name].Command); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if name == "firsttoken" && c.mounts(name)[o.ConfigFile] != "./firsttoken.yml" {
			t.Errorf("%s reads %s, which is not mounted", name, o.ConfigFile)
		}
	}
	for service, want := range map[string]string{
		"prometheus": "./prometheus.yml", "alertmanager": "../alerts/alertmanager.example.yml",
	} {
		found := ""
		for _, arg := range c.Services[service].Command {
			if path, ok := strings.CutPrefix(arg, "--config.file="); ok {
				found = c.mounts(service)[path]
			}
		}
		if found != want {
			t.Errorf("%s reads %q, want %q", service, found, want)
		}
	}
}

// TestComposeAddresses checks that a service listens on every host and port that a file names.
func TestComposeAddresses(t *testing.T) {
	c := composed(t)
	listens := []string{"firsttoken:9977", "prometheus:9090", "alertmanager:9093", "grafana:3000"}
	for _, arg := range c.Services["simulator"].Command {
		if address, ok := strings.CutPrefix(arg, "--listen-address="); ok {
			_, port, err := net.SplitHostPort(address)
			if err != nil {
				t.Fatal(err)
			}
			listens = append(listens, "simulator:"+port)
		}
	}
	check := func(who, address string) {
		if !slices.Contains(listens, address) {
			t.Errorf("%s names %s, where nothing listens", who, address)
		}
	}
	for name, s := range c.Services {
		for _, p := range s.Ports {
			check("the published port of "+name, name+p[strings.LastIndex(p, ":"):])
		}
	}

	var prometheus struct {
		RuleFiles []string `yaml:"rule_files"`
		Alerting  struct{ Alertmanagers []staticConfigs }
		Scrapes   []staticConfigs `yaml:"scrape_configs"`
	}
	readYAML(t, filepath.Join(deploy, "prometheus.yml"), &prometheus)
	for _, s := range append(prometheus.Alerting.Alertmanagers, prometheus.Scrapes...) {
		for _, static := range s.Static {
			for _, address := range static.Targets {
				check("prometheus.yml", address)
			}
		}
	}
	rules := 0
	for path := range c.mounts("prometheus") {
		for _, pattern := range prometheus.RuleFiles {
			if ok, err := filepath.Match(pattern, path); err == nil && ok {
				rules++
			}
		}
	}
	if rules != 2 {
		t.Errorf("%d of the mounted files are rule files, want both", rules)
	}

	var source struct{ Datasources []struct{ Type, URL string } }
	readYAML(t, filepath.Join(deploy, "grafana", "datasource.yaml"), &source)
	u, err := url.Parse(source.Datasources[0].URL)
	if err != nil || source.Datasources[0].Type != "prometheus" {
		t.Fatalf("%+v: %v", source, err)
	}
	check("datasource.yaml", u.Host)
}

type staticConfigs struct {
	Static []struct{ Targets []string } `yaml:"static_configs"`
}

// TestComposeGrafana checks that Grafana looks for its dashboards where they are mounted.
func TestComposeGrafana(t *testing.T) {
	c := composed(t)
	mounts, env := c.mounts("grafana"), c.Services["grafana"].Environment
	if got := mounts[env["FIRSTTOKEN_DASHBOARDS"]]; got != "../dashboards/json" {
		t.Errorf("FIRSTTOKEN_DASHBOARDS is %q, where %q is mounted", env["FIRSTTOKEN_DASHBOARDS"], got)
	}
	home := env["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
	if _, err := os.Stat(filepath.Join(deploy, mounts[filepath.Dir(home)], filepath.Base(home))); err != nil {
		t.Errorf("the home dashboard is not there: %v", err)
	}
	for folder, want := range map[string]string{
		"/etc/grafana/provisioning/dashboards/firsttoken.yaml":  "../dashboards/json/provisioning.yaml",
		"/etc/grafana/provisioning/datasources/firsttoken.yaml": "./grafana/datasource.yaml",
	} {
		if mounts[folder] != want {
			t.Errorf("%s is %q, want %q", folder, mounts[folder], want)
		}
	}
}

// TestComposeTargets checks that the configuration loads and asks the simulator for engines that it serves.
func TestComposeTargets(t *testing.T) {
	file, err := config.Load(filepath.Join(deploy, "firsttoken.yml"))
	if err != nil {
		t.Fatal(err)
	}
	simulated := strings.Join(composed(t).Services["simulator"].Command, " ") + " "
	for _, target := range file.Targets {
		u, err := url.Parse(target.URL)
		if err != nil || u.Host != "simulator:9988" {
			t.Errorf("%s: %s is not the simulator (%v)", target.Name, target.URL, err)
		}
		if _, ok := simulator.ProfileNamed(target.Model); !ok || !strings.Contains(simulated, "--profile="+target.Model+" ") {
			t.Errorf("%s asks for %q, which the simulator does not serve", target.Name, target.Model)
		}
		if target.Name != "sim-"+target.Model {
			t.Errorf("%s: prometheus.yml labels the metrics of %s with sim-%s", target.Name, target.Model, target.Model)
		}
	}
}
