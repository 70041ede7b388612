package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"github.com/caarlos0/env/v11"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"

	"github.com/firsttoken/firsttoken/exporter/dcgm"
	"github.com/firsttoken/firsttoken/exporter/otel"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// prefix starts the name of every environment variable.
const prefix = "FIRSTTOKEN_"

// options are about the process; the configuration file says what to probe. Each option is an
// environment variable and a flag of the same name, FIRSTTOKEN_LOG_LEVEL and --log.level. The flag wins.
type options struct {
	ConfigFile         string         `env:"CONFIG_FILE" envDefault:"firsttoken.yml"`
	AutoReloadInterval model.Duration `env:"CONFIG_AUTO_RELOAD_INTERVAL" envDefault:"30s"`
	AllowEmpty         bool           `env:"CONFIG_ALLOW_EMPTY"`
	ListenAddresses    []string       `env:"WEB_LISTEN_ADDRESS" envDefault:":9977"`
	SystemdSocket      bool           `env:"WEB_SYSTEMD_SOCKET"`
	WebConfigFile      string         `env:"WEB_CONFIG_FILE"`
	EnableLifecycle    bool           `env:"WEB_ENABLE_LIFECYCLE"`
	EnablePprof        bool           `env:"WEB_ENABLE_PPROF"`
	BudgetFile         string         `env:"BUDGET_FILE"`
	ResultsFile        string         `env:"RESULTS_FILE"`
	ResultsMaxSize     byteSize       `env:"RESULTS_MAX_SIZE" envDefault:"100MB"`
	ResultsMaxBackups  int            `env:"RESULTS_MAX_BACKUPS" envDefault:"10"`
	ResultsMaxAge      model.Duration `env:"RESULTS_MAX_AGE" envDefault:"30d"`
	WorkloadSeed       uint64         `env:"WORKLOAD_SEED"`
	AllowExcessive     bool           `env:"LOAD_ALLOW_EXCESSIVE"`
	LogLevel           string         `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat          string         `env:"LOG_FORMAT" envDefault:"logfmt"`

	DCGM dcgm.Options // declares its own variables

	estimates *workload.Estimates
	telemetry otel.Settings // from the OTEL_ variables alone, which the commands that probe read
}

// variable is the environment variable of a flag.
func variable(flag string) string {
	return prefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(flag))
}

// fromEnvironment reads the variables. A variable that is not set has its default.
func fromEnvironment(environ []string) (options, error) {
	o := options{estimates: &workload.Estimates{}}
	err := env.ParseWithOptions(&o, env.Options{Environment: env.ToMap(environ), Prefix: prefix})
	if err != nil {
		return o, fmt.Errorf("reading the environment: %w", err)
	}
	return o, nil
}

// flags declares a flag for each option. Its default is the value of the variable.
func (o *options) flags(app *kingpin.Application) {
	flag := func(name, help string) *kingpin.FlagClause {
		return app.Flag(name, help+" ($"+variable(name)+")")
	}
	o.configFlags(flag)
	o.webFlags(flag)
	flag("budget.file", "The ledger of what was spent, where `file` in `budget` of the configuration names none. "+
		"Empty: "+ledgerName+" beside the configuration.").
		Default(o.BudgetFile).StringVar(&o.BudgetFile)
	o.resultsFlags(flag)
	flag("workload.seed", "Seed of sessions and schedules, to repeat a run. 0: another one at every start, so that "+
		"no prompt is in a server's cache already.").
		Default(fmt.Sprint(o.WorkloadSeed)).Uint64Var(&o.WorkloadSeed)
	flag(allowExcessive, "Accept loads above the ceilings of their profiles, prompts above 16 MiB, and more than "+
		"1,000,000 tokens per minute without an end.").
		Default(fmt.Sprint(o.AllowExcessive)).BoolVar(&o.AllowExcessive)
	o.dcgmFlags(flag)
	o.logFlags(flag)
}

// newFlag declares a flag.
type newFlag func(name, help string) *kingpin.FlagClause

const allowEmpty = "config.allow-empty"

func (o *options) configFlags(flag newFlag) {
	flag("config.file", "The configuration file.").Default(o.ConfigFile).StringVar(&o.ConfigFile)
	flag("config.auto-reload-interval", "How often to look whether the configuration file has changed, and to reload "+
		"it then. 0: reload only when asked to.").
		Default(o.AutoReloadInterval.String()).SetValue(&o.AutoReloadInterval)
	flag(allowEmpty, "Accept a reload that leaves no target.").
		Default(fmt.Sprint(o.AllowEmpty)).BoolVar(&o.AllowEmpty)
}

func (o *options) webFlags(flag newFlag) {
	addresses := o.ListenAddresses
	o.ListenAddresses = nil // a repeatable flag appends
	flag("web.listen-address", "Address to serve on. Repeatable; in the variable, separated by commas.").
		Default(addresses...).StringsVar(&o.ListenAddresses)
	flag("web.systemd-socket", "Serve on systemd's socket activation instead (Linux only).").
		Default(fmt.Sprint(o.SystemdSocket)).BoolVar(&o.SystemdSocket)
	flag("web.config.file", "File that sets up TLS and authentication, in the format of Prometheus' exporter-toolkit.").
		Default(o.WebConfigFile).StringVar(&o.WebConfigFile)
	flag("web.enable-lifecycle", "Reload the configuration on POST /-/reload, as on SIGHUP; pause targets on POST "+
		"/-/pause and /-/resume, from this machine or with authentication.").
		Default(fmt.Sprint(o.EnableLifecycle)).BoolVar(&o.EnableLifecycle)
	flag("web.enable-pprof", "Serve profiles of the Go runtime under /debug/pprof/, to this machine or with "+
		"authentication.").
		Default(fmt.Sprint(o.EnablePprof)).BoolVar(&o.EnablePprof)
}

func (o *options) resultsFlags(flag newFlag) {
	flag("results.file", "File for every result, one JSON line each. Empty: none.").
		Default(o.ResultsFile).StringVar(&o.ResultsFile)
	flag("results.max-size", "Size at which the results file is rotated: B, KB, MB, GB.").
		Default(o.ResultsMaxSize.String()).SetValue(&o.ResultsMaxSize)
	flag("results.max-backups", "Rotated results files to keep. 0: all.").
		Default(fmt.Sprint(o.ResultsMaxBackups)).IntVar(&o.ResultsMaxBackups)
	flag("results.max-age", "How long to keep rotated results files. 0: for ever.").
		Default(o.ResultsMaxAge.String()).SetValue(&o.ResultsMaxAge)
}

func (o *options) dcgmFlags(flag newFlag) {
	flag("dcgm.hostengines", "NVIDIA DCGM host engines to read GPUs from, name=address by comma. An address is "+
		"unix:///path, host:port or vsock://cid:port. Empty: none.").
		Default(o.DCGM.Hostengines.String()).SetValue(&o.DCGM.Hostengines)
	flag("dcgm.interval", "How often power, clocks and activity of GPUs are read: 1s to 5m.").
		Default(o.DCGM.Interval.String()).DurationVar(&o.DCGM.Interval)
	flag("dcgm.slow-interval", "How often errors, links and the list of GPUs are read.").
		Default(o.DCGM.SlowInterval.String()).DurationVar(&o.DCGM.SlowInterval)
	flag("dcgm.extra-fields", "More DCGM fields to export, by number and comma.").
		Default(o.DCGM.ExtraFields.String()).SetValue(&o.DCGM.ExtraFields)
	flag("dcgm.legacy-names", "Export GPU series under the names of dcgm-exporter up to 4.8, too.").
		Default(fmt.Sprint(o.DCGM.LegacyNames)).BoolVar(&o.DCGM.LegacyNames)
}

func (o *options) logFlags(flag newFlag) {
	flag("log.level", "Only log this and worse: "+strings.Join(promslog.LevelFlagOptions, ", ")+".").
		Default(o.LogLevel).EnumVar(&o.LogLevel, promslog.LevelFlagOptions...)
	flag("log.format", "Format of the log: "+strings.Join(promslog.FormatFlagOptions, ", ")+".").
		Default(o.LogFormat).EnumVar(&o.LogFormat, promslog.FormatFlagOptions...)
}
