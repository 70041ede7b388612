package promlab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"
)

// Server is a TSDB with rules.
type Server struct {
	DB     *tsdb.DB
	engine *promql.Engine
	groups []*rules.Group
	alerts []rules.Alert // firing alerts that were sent

	// Notify, where set, gets all alerts as Alertmanager would, firing and resolved.
	Notify func([]*rules.Alert)
}

// Open makes an empty server in dir, with the rule files' groups in their order.
func Open(dir string, ruleFiles ...string) (*Server, error) {
	o := tsdb.DefaultOptions()
	o.RetentionDuration = 0
	o.MinBlockDuration = int64(90 * 24 * time.Hour / time.Millisecond) // all stays in the head: no compaction beside us
	o.MaxBlockDuration = o.MinBlockDuration
	db, err := tsdb.Open(dir, slog.New(slog.DiscardHandler), nil, o, nil)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	s := &Server{DB: db, engine: NewEngine()}
	if err := s.load(ruleFiles); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// Serve opens a server that is closed when the test ends.
func Serve(t *testing.T, ruleFiles ...string) *Server {
	t.Helper()
	s, err := Open(t.TempDir(), ruleFiles...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Close closes the database.
func (s *Server) Close() error { return s.DB.Close() }

func (s *Server) load(files []string) error {
	m := rules.NewManager(&rules.ManagerOptions{
		QueryFunc: rules.EngineQueryFunc(s.engine, s.DB), AppendableV2: s.DB, Queryable: s.DB,
		Context: context.Background(), NotifyFunc: s.notify, ExternalURL: &url.URL{Scheme: "http", Host: "prometheus.test"},
		Logger: slog.New(slog.DiscardHandler), Parser: parser.NewParser(parser.Options{}),
	})
	groups, errs := m.LoadGroups(30*time.Second, labels.EmptyLabels(), "http://prometheus.test", nil, false, files...)
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, f := range files {
		names, err := groupNames(f)
		if err != nil {
			return err
		}
		for _, name := range names {
			g := groups[rules.GroupKey(f, name)]
			for _, a := range g.AlertingRules() {
				a.SetRestored(true) // without it, the rule waits for state from before a restart and writes no ALERTS
			}
			s.groups = append(s.groups, g)
		}
	}
	return nil
}

func groupNames(file string) ([]string, error) {
	parsed, errs := rulefmt.ParseFile(
		file, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	var names []string
	for _, g := range parsed.Groups {
		names = append(names, g.Name)
	}
	return names, nil
}

func (s *Server) notify(_ context.Context, _ string, alerts ...*rules.Alert) {
	if s.Notify != nil {
		s.Notify(alerts)
	}
	for _, a := range alerts {
		if a.State == rules.StateFiring {
			s.alerts = append(s.alerts, *a)
		}
	}
}

// Sent lists the firing alerts that Alertmanager would have received, labels and annotations rendered.
func (s *Server) Sent() []rules.Alert { return s.alerts }

// Evaluate runs every group at each multiple of its interval in (from, to].
func (s *Server) Evaluate(ctx context.Context, from, to time.Time) error {
	step := s.groups[0].Interval()
	for _, g := range s.groups {
		step = min(step, g.Interval())
	}
	for at := from.Truncate(step).Add(step); !at.After(to); at = at.Add(step) {
		for _, g := range s.groups {
			if at.UnixNano()%int64(g.Interval()) == 0 {
				g.Eval(ctx, at)
			}
		}
	}
	return s.health()
}

// EvaluateEvery runs every group at each multiple of step in (from, to], whatever its own interval is. A long step
// makes months pass quickly.
func (s *Server) EvaluateEvery(ctx context.Context, from, to time.Time, step time.Duration) error {
	for at := from.Truncate(step).Add(step); !at.After(to); at = at.Add(step) {
		for _, g := range s.groups {
			g.Eval(ctx, at)
		}
	}
	return s.health()
}

// health is the error of the first rule whose last evaluation failed.
func (s *Server) health() error {
	for _, g := range s.groups {
		for _, r := range g.Rules() {
			if err := r.LastError(); err != nil {
				return fmt.Errorf("%s: %s: %w", g.Name(), r.Name(), err)
			}
		}
	}
	return nil
}
