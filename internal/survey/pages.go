package survey

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/preset"
)

// Bounds of a page.
const (
	pageTimeout = 10 * time.Second
	mostBytes   = 4 << 20 // a vendor's list of models has hundreds of entries
)

// Pages asks for the server's pages, which costs no tokens: its list of models, and what tells its kind, version,
// window and metrics. An error says what a person can do.
func (s *Survey) Pages(ctx context.Context) error {
	if err := s.list(ctx); err != nil {
		return err
	}
	s.identify(ctx)
	if err := s.usePreset(); err != nil {
		return err
	}
	s.describe(ctx)
	return nil
}

// list reads the list of models. A server may have none; then the model must be known.
func (s *Survey) list(ctx context.Context) error {
	if known, ok := byHost(s.base().Hostname()); ok {
		s.kind = known
		if err := s.usePreset(); err != nil {
			return err
		}
	}
	paths := []string{s.base().Path}
	if s.explores() && !strings.HasSuffix(paths[0], version) {
		paths = append(paths, paths[0]+version)
		if paths[0] == "" { // most servers have it there, and some have other things at the top
			slices.Reverse(paths)
		}
	}
	for _, path := range paths {
		page, err := s.listAt(ctx, path)
		if err != nil {
			return err
		}
		s.found.header = page.Header
		if s.readList(page) {
			return s.movedTo(path)
		}
	}
	return s.movedTo(paths[0])
}

// version is where the dialects are, by convention.
const version = "/v1"

// movedTo changes the path of the URL.
func (s *Survey) movedTo(path string) error {
	u := s.base()
	u.Path = path
	e := s.target.Endpoint
	e.URL = u.String()
	return s.connect(e)
}

func (s *Survey) listAt(ctx context.Context, base string) (chat.Page, error) {
	path := strings.TrimSuffix(base, "/") + "/models"
	page := s.get(ctx, path)
	if page.Status == http.StatusUnauthorized && s.mayBeClaude(page) {
		e := s.target.Endpoint
		e.API = chat.AnthropicMessages
		if err := s.connect(e); err != nil {
			return page, err
		}
		page = s.get(ctx, path)
	}
	s.say("GET %s: %s", path, answered(page))
	return page, s.pageProblem(page)
}

// mayBeClaude reports whether a server that answered 401 may want its key in Anthropic's header.
func (s *Survey) mayBeClaude(page chat.Page) bool {
	return s.target.APIKeyFile != "" && s.api == "" && s.target.API != chat.AnthropicMessages &&
		(strings.Contains(page.Said, "x-api-key") || page.Header.Get("Request-Id") != "" ||
			strings.Contains(page.Said, "authentication_error"))
}

// answered is a page in a few words.
func answered(page chat.Page) string {
	switch {
	case page.Err != nil:
		return "no answer"
	case page.Said != "":
		return fmt.Sprintf("HTTP %d, %s", page.Status, page.Said)
	}
	return fmt.Sprintf("HTTP %d", page.Status)
}

// pageProblem is what is wrong with an endpoint whose list of models was answered so; nil for an answer, also for one
// that says that there is no list.
func (s *Survey) pageProblem(page chat.Page) error {
	switch {
	case page.Err != nil:
		return fmt.Errorf("%s does not answer: %w (%s: %s)", s.base().Host, page.Err, page.Cause, page.Cause.Meaning())
	case page.Status == http.StatusUnauthorized, page.Status == http.StatusForbidden:
		return s.keyProblem(page.Status, page.Said)
	case page.Status >= 300 && page.Status < 400:
		return fmt.Errorf("%s redirects to %s: redirects are not followed, so that no key goes to another host; "+
			"give that address if it is the right one", s.base().Host, s.place(page.Header.Get("Location")))
	case page.Status == http.StatusTooManyRequests, page.Status >= http.StatusInternalServerError:
		return fmt.Errorf("%s is not ready: %s; try again when it is", s.base().Host, answered(page))
	}
	return nil
}

// place is where a redirect leads, without what may be secret of it.
func (s *Survey) place(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return "an address that cannot be read"
	}
	return s.client.Printable((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String())
}

// keyProblem says what a 401 or 403 means here.
func (s *Survey) keyProblem(status int, said string) error {
	if said != "" {
		said = ": " + said
	}
	switch {
	case s.target.APIKeyFile == "" && s.explores():
		return fmt.Errorf("%s needs a key (HTTP %d%s): put it into a file and say --api-key-file FILE",
			s.base().Host, status, said)
	case s.target.APIKeyFile == "":
		return fmt.Errorf("%s needs a key (HTTP %d%s): set `api_key_file`", s.base().Host, status, said)
	}
	return fmt.Errorf("%s refuses the key in %s (HTTP %d%s)", s.base().Host, s.target.APIKeyFile, status, said)
}

// readList takes in a list of models; false where the page is none.
func (s *Survey) readList(page chat.Page) bool {
	if page.Status != http.StatusOK {
		return false
	}
	models, left, err := readModels(page.Body)
	if err != nil {
		return false
	}
	for _, m := range models {
		if s.client.Printable(m.ID) == m.ID { // else it holds the key
			s.found.Models = append(s.found.Models, m)
			continue
		}
		left++
	}
	s.found.Unusable = left
	return true
}

// identify finds the kind of server: by its address, by headers and the list of models, by a page of its own, or else
// by its metrics.
func (s *Survey) identify(ctx context.Context) {
	if s.kind.engine != "" {
		s.found.Evidence = "its address"
		return
	}
	owner := ""
	if len(s.found.Models) > 0 {
		owner = s.found.Models[0].Owner
	}
	for _, row := range servers() {
		evidence := s.evidence(row, owner)
		if evidence == "" || row.page != "" && !s.confirm(ctx, row) {
			continue
		}
		if row.page != "" {
			evidence += " and its page " + row.page
		}
		s.kind, s.found.Evidence = row, evidence
		return
	}
	s.identifyByMetrics(ctx)
}

// evidence names the sign by which a server is of a kind; empty where there is none.
func (s *Survey) evidence(row server, owner string) string {
	switch product := strings.ToLower(s.found.header.Get("Server")); {
	case row.header != "" && s.found.header.Get(row.header) != "":
		return "the header " + row.header
	case row.owner != "" && owner == row.owner:
		return `owned_by "` + owner + `" in its list of models`
	case row.product != "" && strings.HasPrefix(product, row.product):
		return "the header Server"
	}
	return ""
}

func (s *Survey) confirm(ctx context.Context, row server) bool {
	page := s.get(ctx, s.root()+row.page)
	return page.Status == http.StatusOK && strings.Contains(string(page.Body), row.pageText)
}

// identifyByMetrics is for servers that no other sign names, such as one behind a gateway.
func (s *Survey) identifyByMetrics(ctx context.Context) {
	const path = "/metrics"
	page := s.get(ctx, s.root()+path)
	if page.Status != http.StatusOK {
		return
	}
	for _, row := range servers() {
		if p, ok := preset.Named(row.engine); ok && row.metrics != "" && p.MetricsPath == path && hasMetrics(page, row) {
			s.kind, s.found.Evidence = row, "the names of its metrics"
			return
		}
	}
}

// hasMetrics reports whether a page has a sample of the server's own.
func hasMetrics(page chat.Page, row server) bool {
	return page.Status == http.StatusOK &&
		(strings.HasPrefix(string(page.Body), row.metrics) || strings.Contains(string(page.Body), "\n"+row.metrics))
}

// usePreset takes the preset of the kind into use, where the choice is the survey's.
func (s *Survey) usePreset() error {
	s.found.Engine, s.found.Vendor = s.kind.engine, s.kind.vendor()
	p, ok := preset.Named(s.kind.engine)
	if !ok || !s.explores() {
		return nil
	}
	e := s.target.Endpoint
	if s.api == "" && s.target.API != chat.AnthropicMessages { // which its 401 had told
		e.API = p.API
	}
	e.ExtraBody, e.SessionHeaders, e.Tools = p.ExtraBody, p.SessionHeaders, true
	return s.connect(e)
}

// describe asks a server of a known kind for what else its pages tell.
func (s *Survey) describe(ctx context.Context) {
	s.found.Gateway = s.gateway()
	if s.kind.version != "" {
		if page := s.get(ctx, s.root()+s.kind.version); page.Status == http.StatusOK {
			s.found.Version = s.client.Printable(textAt(page.Body, "version"))
		}
	}
	if v := s.found.header.Get("X-Litellm-Version"); v != "" {
		s.found.Version = s.client.Printable(v)
	}
	if s.kind.health != "" {
		page := s.get(ctx, s.root()+s.kind.health)
		s.found.Ready = page.Status == http.StatusOK
		s.say("GET %s: %s", s.root()+s.kind.health, answered(page))
	}
	s.findMetrics(ctx)
}

// findMetrics looks whether the server has its own metrics where its kind has them.
func (s *Survey) findMetrics(ctx context.Context) {
	p, ok := preset.Named(s.kind.engine)
	if !ok || p.MetricsPath == "" {
		return
	}
	u := s.base()
	u.Path, u.RawQuery = s.root()+p.MetricsPath, ""
	page := s.get(ctx, u.Path)
	s.say("GET %s: %s", u.Path, answered(page))
	if hasMetrics(page, s.kind) {
		s.found.Metrics = u.String()
	}
}

// gateway names the proxy between here and the engine, as far as headers tell.
func (s *Survey) gateway() string {
	h := s.found.header
	product, _, _ := strings.Cut(strings.ToLower(h.Get("Server")), "/")
	switch {
	case h.Get("Cf-Ray") != "":
		return "Cloudflare"
	case product == "nginx", product == "envoy", product == "istio-envoy":
		return product
	case h.Get("Via") != "":
		return "a proxy (it sends Via)"
	}
	return ""
}

// Choose takes the model to ask for: the given one, or the only one of the list.
func (s *Survey) Choose(ctx context.Context, model string) error {
	if model == "" {
		model = s.target.Model
	}
	switch n := len(s.found.Models); {
	case model != "":
	case n == 1:
		model = s.found.Models[0].ID
	case n == 0:
		return errors.New("it has no list of models: say which to ask for with --model NAME")
	default:
		return fmt.Errorf("it has %d models: say which to ask for with --model NAME\n%s", n, s.found.names())
	}
	for _, m := range s.found.Models {
		if m.ID != model {
			continue
		}
		s.found.Listed = true
		if m.Window > 0 {
			s.found.Window = Window{Tokens: m.Window, Source: "GET /v1/models, " + m.Field}
		}
	}
	e := s.target.Endpoint
	e.Model = model
	if err := s.connect(e); err != nil {
		return err
	}
	s.askWindow(ctx)
	return nil
}

// Found is what is known so far.
func (s *Survey) Found() *Finding { return &s.found }
