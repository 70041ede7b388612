package survey

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/url"
	"strings"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// Options are what a survey needs of its process.
type Options struct {
	Version string // of firsttoken, in User-Agent and in prompts
	Seed    uint64 // of prompts; another one each time, or they are in the server's cache
	// Connect makes a client of an endpoint.
	Connect func(chat.Endpoint) (*chat.Client, error)
	Budget  prober.Budget // nil is no bound
	Say     func(string)  // is told each step, in a line fit to print
}

// Survey looks at one endpoint: first Pages, then Trials.
type Survey struct {
	options Options
	target  prober.Target  // as it is known so far
	written *prober.Target // as it is configured; nil where the survey chooses what is sent
	// api is the dialect that somebody chose; empty leaves it to the survey.
	api    chat.API
	client *chat.Client
	kind   server
	corpus *workload.Corpus
	cal    *workload.Calibration
	order  uint64 // of the last session
	found  Finding
}

// Explore makes a survey that chooses the dialect and the fields of requests by itself. The endpoint has a URL, and a
// key, a model and a dialect where they are known.
func Explore(e chat.Endpoint, o Options) (*Survey, error) {
	t, err := prober.DefaultTarget(prober.ProfileSentinel)
	if err != nil {
		return nil, err
	}
	t.Name = "init"
	t.URL, t.Model, t.APIKeyFile = bare(e.URL), e.Model, e.APIKeyFile
	t.API = chat.OpenAIChat
	s := &Survey{options: o, target: t, api: e.API}
	if e.API != "" {
		s.target.API = e.API
	}
	for _, problem := range s.target.Endpoint.Validate() {
		if problem.Path != "model" {
			return nil, problem
		}
	}
	return s, s.begin()
}

// Examine makes a survey of a target as it is configured. What the target sends is sent; a cure is only tried to see
// what else would be refused.
func Examine(t prober.Target, o Options) (*Survey, error) {
	s := &Survey{options: o, target: t, written: &t, api: t.API}
	return s, s.begin()
}

func (s *Survey) begin() error {
	s.corpus = workload.NewCorpus(s.options.Version)
	s.cal = workload.NewCalibration(1)
	return s.connect(s.target.Endpoint)
}

// connect changes the endpoint.
func (s *Survey) connect(e chat.Endpoint) error {
	complete := e
	if e.Model == "" {
		complete.Model = "unknown" // a client must have one; no request is sent before it is known
	}
	client, err := s.options.Connect(complete)
	if err != nil {
		return err
	}
	s.Close()
	s.client, s.target.Endpoint = client, e
	return nil
}

// Close releases the connection. The survey must not be used any more.
func (s *Survey) Close() {
	if s.client != nil {
		s.client.Close()
	}
}

// SetWindow sets the window, in tokens, where a person knows it.
func (s *Survey) SetWindow(tokens int) {
	s.found.Window = Window{Tokens: tokens, Source: "whoever ran `firsttoken init`"}
}

func (s *Survey) say(format string, args ...any) {
	if s.options.Say != nil {
		s.options.Say(fmt.Sprintf(format, args...))
	}
}

// explores reports whether the survey chooses what is sent.
func (s *Survey) explores() bool { return s.written == nil }

// bare is the base URL in an address that people paste: without the path of a dialect, and with a scheme.
func bare(address string) string {
	address = strings.TrimSpace(address)
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	path := strings.TrimSuffix(u.Path, "/")
	for _, suffix := range []string{"/chat/completions", "/completions", "/responses", "/messages", "/models"} {
		path = strings.TrimSuffix(path, suffix)
	}
	u.Path, u.RawPath = path, ""
	return u.String()
}

// base is the endpoint's URL in its parts.
func (s *Survey) base() *url.URL {
	u, err := url.Parse(s.target.URL)
	if err != nil {
		return &url.URL{} // no client would have been made
	}
	return u
}

// root is the path below which a server has its own pages: that of the URL without the API's version.
func (s *Survey) root() string {
	return strings.TrimSuffix(strings.TrimSuffix(s.base().Path, "/"), version)
}

// Plaintext reports whether a key goes over the network without encryption.
func (s *Survey) Plaintext() bool {
	u := s.base()
	host := u.Hostname()
	local := host == "localhost" || net.ParseIP(host).IsLoopback()
	return u.Scheme == "http" && !local && s.target.APIKeyFile != ""
}

// get asks for a page on the server, within bounds of time and size.
func (s *Survey) get(ctx context.Context, path string) chat.Page {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	s.found.Asked = append(s.found.Asked, path)
	return s.client.Get(ctx, path, mostBytes)
}

// extra is a copy of the endpoint with further fields in its requests.
func extra(e chat.Endpoint, values map[string]any) chat.Endpoint {
	e.ExtraBody = maps.Clone(e.ExtraBody)
	if e.ExtraBody == nil {
		e.ExtraBody = map[string]any{}
	}
	maps.Copy(e.ExtraBody, values)
	return e
}

// apis are the dialects in the order in which they are tried where the best guess, whichever that was, is not served.
func apis() []chat.API {
	return []chat.API{chat.OpenAIChat, chat.OpenAIResponses, chat.AnthropicMessages, chat.OpenAICompletions}
}
