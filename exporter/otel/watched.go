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

// watched is what is to be known of a target when one of its exchanges ends.
type watched struct {
	spanName   string
	attributes []attribute.KeyValue // the same on all its spans

	mu        sync.Mutex
	revisions []chat.Identity     // known, the latest last
	turns     map[string]lastTurn // by session
}

// lastTurn of a session whose span was kept, for the next one's link.
type lastTurn struct {
	span  trace.SpanContext
	ready time.Time // when the session's pause ends
}

const (
	// A fleet behind one name answers with several fingerprints by turns; each is new once.
	maxRevisions = 16
	// A session ends without a word. Its link is kept for as long after its pause as a busy schedule
	// may let it wait.
	patience = time.Hour
	maxTurns = 1024 // whatever else; more sessions than that have no links
)

func newWatched(t prober.Target) *watched {
	all := attributes{
		operationName.String(t.API.Operation()), providerName.String(provider(t)),
		requestModel.String(clipped(t.Model)), requestStream.Bool(true),
		targetName.String(clipped(t.Name)), apiName.String(string(t.API)),
	}
	all.text(engineName, t.Engine)
	all.text(regionName, t.Region)
	all.text(tierName, t.Tier)
	return &watched{
		spanName:   t.API.Operation() + " " + clipped(t.Model),
		attributes: append(all, serverOf(t.URL)...),
		turns:      map[string]lastTurn{},
	}
}

// serverOf are the host and port of a URL and nothing else of it, in which credentials may stand.
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

// provider is who answers, as far as it is known: the engine, or the vendor of the dialect.
func provider(t prober.Target) string {
	if t.Engine != "" {
		return clipped(t.Engine)
	}
	return t.API.Vendor()
}

// isNew reports whether a good answer is of a revision from which no span was kept yet.
func (w *watched) isNew(r prober.Result) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return r.Outcome == chat.OK && !slices.Contains(w.revisions, revisionOf(r))
}

// know remembers the revision of an answer whose span was kept.
func (w *watched) know(r prober.Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := revisionOf(r)
	if r.Outcome != chat.OK || slices.Contains(w.revisions, id) {
		return
	}
	w.revisions = append(w.revisions, id)
	if len(w.revisions) > maxRevisions {
		w.revisions = slices.Delete(w.revisions, 0, 1)
	}
}

// revisionOf is what firsttoken_target_revision_info has.
func revisionOf(r prober.Result) chat.Identity {
	return chat.Identity{
		Model: clipped(r.Identity.Model), Fingerprint: clipped(r.Identity.Fingerprint), Server: clipped(r.Identity.Server),
	}
}

// named remembers a span that the session's next turn may link to.
func (w *watched) named(r prober.Result, span trace.SpanContext) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, goesOn := w.turns[r.Turn.Session]; !goesOn {
		for session, last := range w.turns {
			if r.End.Sub(last.ready) > patience {
				delete(w.turns, session)
			}
		}
		if len(w.turns) >= maxTurns {
			return
		}
	}
	w.turns[r.Turn.Session] = lastTurn{span, r.End.Add(r.Turn.Pause)}
}

// before is the span of an earlier turn of the session, the last that was kept.
func (w *watched) before(session string) (trace.SpanContext, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last, ok := w.turns[session]
	return last.span, ok
}
