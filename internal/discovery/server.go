package discovery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// Server is a list that a server hands out, as Prometheus' http_sd_configs has it.
type Server struct {
	URL             string                  `yaml:"url"`
	RefreshInterval model.Duration          `yaml:"refresh_interval,omitempty"`
	MaxTargets      int                     `yaml:"max_targets,omitempty"`
	HTTP            config.HTTPClientConfig `yaml:"http,omitempty"`
}

const (
	defaultServerInterval = model.Duration(time.Minute) // Prometheus' own
	answerWithin          = 10 * time.Second
)

// DefaultServer has everything but the URL.
func DefaultServer() Server {
	return Server{
		RefreshInterval: defaultServerInterval, MaxTargets: defaultTargets, HTTP: config.DefaultHTTPClientConfig,
	}
}

// Validate returns every problem of the keys. It asks nobody, and never repeats the URL: it may hold a password.
func (s Server) Validate() invalid.Errors {
	var errs invalid.Errors
	u, err := url.Parse(s.URL)
	switch {
	case s.URL == "":
		errs.Add("url", "is missing")
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		errs.Add("url", "must be something like http://inventory:8080/targets")
	case u.User != nil:
		errs.Add("url", "must not hold credentials; they belong under http")
	}
	validateCommon(&errs, s.RefreshInterval, s.MaxTargets)
	if err := s.HTTP.Validate(); err != nil {
		errs.Add("http", "%s", err)
	}
	if _, err := s.client(); err != nil {
		errs.Add("http", "%s", err)
	}
	return errs
}

// SetDirectory makes relative paths start at dir.
func (s *Server) SetDirectory(dir string) { s.HTTP.SetDirectory(dir) }

// Interval is how often to ask.
func (s Server) Interval() time.Duration { return time.Duration(s.RefreshInterval) }

// Read asks the server. Only a 200 with a list in JSON is a list.
func (s Server) Read(ctx context.Context) ([]Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	data, err := s.fetch(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking %s for targets: %w", s.name(), err)
	}
	all, err := parseJSON(s.name(), data)
	if err != nil {
		return nil, err
	}
	return all, atMost(s.MaxTargets, all)
}

// client keeps no connection: it is used once a minute.
func (s Server) client() (*http.Client, error) {
	return config.NewClientFromConfig(s.HTTP, "firsttoken_sd", config.WithKeepAlivesDisabled())
}

func (s Server) fetch(ctx context.Context) ([]byte, error) {
	client, err := s.client()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, http.NoBody)
	if err != nil {
		return nil, withoutURL(err)
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "firsttoken")
	request.Header.Set("X-Prometheus-Refresh-Interval-Seconds", strconv.FormatFloat(s.Interval().Seconds(), 'f', -1, 64))
	answer, err := client.Do(request)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer func() { _ = answer.Body.Close() }()
	return body(answer)
}

func body(answer *http.Response) ([]byte, error) {
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", answer.StatusCode)
	}
	if kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, errors.New("the answer is not application/json")
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxListBytes+1))
	if err == nil && len(data) > maxListBytes {
		err = fmt.Errorf("the answer has more than %d bytes", maxListBytes)
	}
	return data, err
}

// withoutURL drops the URL that net/http puts before its errors: its query may hold a secret.
func withoutURL(err error) error {
	if of, ok := errors.AsType[*url.Error](err); ok {
		return of.Err
	}
	return err
}

// name is the URL without what may be secret in it.
func (s Server) name() string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return "the server"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
