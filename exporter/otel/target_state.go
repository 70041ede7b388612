package otel

import (
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// targetState holds what the decision about a span and its attributes need to know of one target.
type targetState struct {
	spanName string

	mu        sync.Mutex
	common    []attribute.KeyValue // of all its spans
	revisions []chat.Identity      // of which a span was kept, the latest last
	turns     map[string]lastTurn  // by session
}

// lastTurn is the latest turn of a session whose span was kept. The next turn links to it.
type lastTurn struct {
	span  trace.SpanContext
	ready time.Time // when the session's pause ends
}

const (
	// A fleet behind one name answers with changing fingerprints; each of them is new once.
	maxRevisions = 16
	// The end of a session is not announced. Its link is kept for as long after its pause as a busy
	// schedule may delay its next turn.
	linkLifetime = time.Hour
	maxTurns     = 1024 // further sessions have no links
)

func newTargetState(t prober.Target) *targetState {
	return &targetState{
		spanName: t.API.Operation() + " " + clipped(t.Model),
		common:   commonOf(t),
		turns:    map[string]lastTurn{},
	}
}

func commonOf(t prober.Target) []attribute.KeyValue {
	all := attributes{
		operationName.String(t.API.Operation()), providerName.String(provider(t)),
		requestModel.String(clipped(t.Model)), requestStream.Bool(true),
		targetName.String(clipped(t.Name)), apiName.String(string(t.API)),
	}
	all.text(engineName, t.Engine)
	all.text(regionName, t.Region)
	all.text(tierName, t.Tier)
	return append(all, serverOf(t.URL)...)
}

func (s *targetState) describe(t prober.Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.common = commonOf(t)
}

// attributes are what all spans of the target have in common, as it is described now.
func (s *targetState) attributes() []attribute.KeyValue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.common
}

// serverOf returns the host and port of a URL. The rest of it may hold credentials.
func serverOf(base string) []attribute.KeyValue {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return nil
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		port = map[string]int{"http": 80, "https": 443}[u.Scheme]
	}
	return []attribute.KeyValue{serverAddress.String(clipped(u.Hostname())), serverPort.Int(port)}
}

// provider is the engine of a target where it is configured, else the vendor of its dialect.
func provider(t prober.Target) string {
	if t.Engine != "" {
		return clipped(t.Engine)
	}
	return t.API.Vendor()
}

// isNewRevision reports whether a good answer comes from a revision of which no span was kept yet.
func (s *targetState) isNewRevision(r prober.Result) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.Outcome == chat.OK && !slices.Contains(s.revisions, revisionOf(r))
}

// rememberRevision remembers the revision of an answer whose span was kept.
func (s *targetState) rememberRevision(r prober.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := revisionOf(r)
	if r.Outcome != chat.OK || slices.Contains(s.revisions, id) {
		return
	}
	s.revisions = append(s.revisions, id)
	if len(s.revisions) > maxRevisions {
		s.revisions = slices.Delete(s.revisions, 0, 1)
	}
}

// revisionOf has the same values as the labels of firsttoken_target_revision_info.
func revisionOf(r prober.Result) chat.Identity {
	return chat.Identity{Model: r.Identity.Model, Fingerprint: r.Identity.Fingerprint, Server: r.Identity.Server}
}

// rememberTurn keeps a span for the link of the session's next turn.
func (s *targetState) rememberTurn(r prober.Result, span trace.SpanContext) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, goesOn := s.turns[r.Turn.Session]; !goesOn {
		for session, last := range s.turns {
			if r.End.Sub(last.ready) > linkLifetime {
				delete(s.turns, session)
			}
		}
		if len(s.turns) >= maxTurns {
			return
		}
	}
	s.turns[r.Turn.Session] = lastTurn{span, r.End.Add(r.Turn.Pause)}
}

// previousTurn returns the latest span that was kept of a session.
func (s *targetState) previousTurn(session string) (trace.SpanContext, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, ok := s.turns[session]
	return last.span, ok
}
