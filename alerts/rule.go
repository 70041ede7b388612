package alerts

import "github.com/prometheus/common/model"

// Group is a rule group of a Prometheus rule file, evaluated in order.
type Group struct {
	Name     string         `yaml:"name"`
	Interval model.Duration `yaml:"interval,omitempty"` // 0 is the server's own evaluation interval
	Rules    []Rule         `yaml:"rules"`
}

// Rule records when Record is set, else it alerts.
type Rule struct {
	Record      string         `yaml:"record,omitempty"`
	Alert       string         `yaml:"alert,omitempty"`
	Expr        string         `yaml:"expr"`
	For         model.Duration `yaml:"for,omitempty"`
	Keep        model.Duration `yaml:"keep_firing_for,omitempty"` // since Prometheus 2.42
	Labels      Labels         `yaml:"labels,omitempty"`
	Annotations Annotations    `yaml:"annotations,omitempty"`
}

// Labels that rules set.
type Labels struct {
	Severity  Severity  `yaml:"severity,omitempty"`
	Component component `yaml:"component,omitempty"`
	Cause     string    `yaml:"cause,omitempty"` // of a GPU's trouble

	Extra map[string]string `yaml:",inline"` // by the parameters
}

// Annotations of an alert, in the order in which a person reads them.
type Annotations struct {
	Summary      string `yaml:"summary,omitempty"`
	Description  string `yaml:"description,omitempty"`
	Action       string `yaml:"action,omitempty"`
	RunbookURL   string `yaml:"runbook_url,omitempty"`
	DashboardURL string `yaml:"dashboard_url,omitempty"`
	QueriesURL   string `yaml:"queries_url,omitempty"` // the queries of the runbook, filled in
	PageURL      string `yaml:"page_url,omitempty"`
}

// Severity says who is notified.
type Severity string

// The severities in use.
const (
	Page    Severity = "page"    // a person, now
	Ticket  Severity = "ticket"  // a person, this week
	Warning Severity = "warning" // nobody by itself: context for a page
	none    Severity = "none"    // nobody: the watchdog, and what only inhibits other alerts
)

func severities() []Severity { return []Severity{Page, Ticket, Warning, none} }

// component is what an alert is about.
type component string

const (
	endpoint component = "endpoint" // what users of the target feel
	engine   component = "engine"   // the inference engine behind it, by its own metrics
	gpu      component = "gpu"      // the GPUs below that
	prober   component = "prober"   // firsttoken itself: numbers are missing or doubtful
)

func record(name, expr string) Rule { return Rule{Record: name, Expr: expr} }
