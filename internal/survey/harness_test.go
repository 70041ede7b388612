package survey

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/pipenet"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// fake is a server in memory: the simulator, and in front of it a handler that plays another kind of server.
type fake struct {
	profile   string // of the simulator; vllm if empty
	model     string // m if empty
	window    int    // 0: the profile's
	perWord   float64
	incidents []simulator.Incident
	options   simulator.Options
	in        func(next http.Handler) http.Handler // nil: nothing
	dial      error                                // of every connection
}

// place is what a survey of a fake needs.
type place struct {
	t       *testing.T
	dir     string
	options Options
	dial    func(context.Context, string, string) (net.Conn, error)

	mu    sync.Mutex
	asked []string // method and path of each request
	said  []string // steps
}

// serve runs f in a bubble with simulated time, beside a fake.
func (k fake) serve(t *testing.T, f func(t *testing.T, at *place)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		at := &place{t: t, dir: dir}
		handler, engine := k.handler(t)
		l := pipenet.New()
		s := &http.Server{Handler: at.record(handler)}
		var served sync.WaitGroup
		served.Go(func() { _ = s.Serve(l) })
		at.dial = l.DialContext
		if k.dial != nil {
			at.dial = func(context.Context, string, string) (net.Conn, error) { return nil, k.dial }
		}
		at.options = Options{
			Version: "test", Seed: 1,
			Connect: func(e chat.Endpoint) (*chat.Client, error) {
				return chat.NewClient(e, chat.Options{DialContext: at.dial})
			},
			Say: func(line string) { at.said = append(at.said, line) },
		}
		defer func() {
			_ = s.Close()
			engine.Close()
			served.Wait()
		}()
		f(t, at)
	})
}

func (k fake) handler(t *testing.T) (http.Handler, *simulator.Engine) {
	t.Helper()
	name, model := k.profile, k.model
	if name == "" {
		name = "vllm"
	}
	if model == "" {
		model = "m"
	}
	profile, ok := simulator.ProfileNamed(name)
	if !ok {
		t.Fatal("no such profile")
	}
	if k.window > 0 {
		profile.MaxContext = k.window
	}
	if k.perWord > 0 {
		profile.Tokenizer.TokensPerWord = k.perWord
	}
	e, err := simulator.NewEngine(profile, simulator.EngineOptions{Seed: 1, Incidents: k.incidents})
	if err != nil {
		t.Fatal(err)
	}
	var h http.Handler = simulator.NewServer(k.options, simulator.Model{Name: model, Engine: e})
	if k.in != nil {
		h = k.in(h)
	}
	return h, e
}

func (at *place) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at.mu.Lock()
		at.asked = append(at.asked, r.Method+" "+r.URL.Path)
		at.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// file writes a file of the test and returns its path.
func (at *place) file(name, text string) string {
	path := filepath.Join(at.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		at.t.Fatal(err)
	}
	return path
}

// explore makes a whole survey. The error is the first of any step.
func (at *place) explore(e chat.Endpoint) (*Finding, error) {
	if e.URL == "" {
		e.URL = "http://fake:8000"
	}
	s, err := Explore(e, at.options)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.Pages(at.t.Context()); err != nil {
		return nil, err
	}
	if err := s.Choose(at.t.Context(), e.Model); err != nil {
		return nil, err
	}
	plan := s.Plan()
	if err := s.Trials(at.t.Context()); err != nil {
		return nil, err
	}
	f := s.Found()
	most := plan.Output + int64(plan.Again*longAnswer)
	if f.Requests > plan.Requests+plan.Again || f.Input > plan.Most || f.Output > most {
		at.t.Errorf("%d requests, %d tokens in, %d out; the plan was %+v", f.Requests, f.Input, f.Output, plan)
	}
	return f, nil
}

// configured is the configuration that a finding gives, read back as strictly as any.
func (at *place) configured(f *Finding, keyFile string) (*config.File, string) {
	at.t.Helper()
	text := File{Finding: f, KeyFile: keyFile, Date: time.Now()}.YAML()
	file, err := config.Parse(filepath.Join(at.dir, "f.yml"), text, time.Now())
	if err != nil {
		at.t.Fatalf("%v\n%s", err, text)
	}
	return file, string(text)
}

// probe runs the configuration's targets for some time, and returns how many exchanges had each outcome.
func (at *place) probe(file *config.File, span time.Duration) map[chat.Outcome]int {
	at.t.Helper()
	seen := &outcomes{by: map[chat.Outcome]int{}, errs: map[string]bool{}}
	p := prober.New(prober.Options{
		Connect: func(t prober.Target) (prober.Sender, error) {
			return chat.NewClient(t.Endpoint, chat.Options{DialContext: at.dial})
		},
		Observer: seen, Seed: 2, Version: "test",
	})
	if err := p.Apply(file.Targets); err != nil {
		at.t.Fatal(err)
	}
	time.Sleep(span)
	if err := p.Stop(at.t.Context()); err != nil {
		at.t.Error(err)
	}
	delete(seen.by, chat.Cancelled) // those in flight at the end
	if len(seen.errs) > 0 {
		at.t.Log(seen.errs)
	}
	return seen.by
}

// outcomes counts results.
type outcomes struct {
	mu   sync.Mutex
	by   map[chat.Outcome]int
	errs map[string]bool
}

func (o *outcomes) Observe(e prober.Event) {
	r, ok := e.(prober.Result)
	if !ok {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.by[r.Outcome]++
	if r.Err != nil {
		o.errs[r.Err.Error()] = true
	}
}

// refusing answers a request whose body has a text with a status and a body.
func refusing(sign string, status int, answer string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if strings.Contains(string(body), sign) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, answer)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		})
	}
}

// saying answers some paths with texts of its own: a status and a body, or headers with every answer.
type page struct {
	status int
	header string // name: value
	body   string
}

func saying(pages map[string]page) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p, ok := pages[r.URL.Path]
			if !ok {
				next.ServeHTTP(w, r)
				return
			}
			if name, value, ok := strings.Cut(p.header, ": "); ok {
				w.Header().Set(name, value)
			}
			if p.status == 0 {
				p.status = http.StatusOK
			}
			w.WriteHeader(p.status)
			_, _ = io.WriteString(w, p.body)
		})
	}
}

// only serves one dialect and the list of models.
func only(path string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && r.URL.Path != path {
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// both puts one handler in front of another.
func both(outer, inner func(http.Handler) http.Handler) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler { return outer(inner(next)) }
}
