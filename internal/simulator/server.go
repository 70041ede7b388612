package simulator

import (
	"bytes"
	"cmp"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"
)

// Model is an engine under the model name that requests use.
type Model struct {
	Name   string
	Engine *Engine
}

// Options are the behaviour of a server beyond its engines.
type Options struct {
	APIKey         string  // required of requests; empty: none
	ToolCallRatio  float64 // share of answers that call the first tool, if the request has tools
	ReasoningRatio float64 // share of an answer's tokens that come first, as reasoning
	// PingInterval is the silence after which a stream has a ping (Anthropic) or a comment. 0 is never.
	PingInterval time.Duration
	MaxBody      int64 // bytes; 32 MiB if 0
	// OnFirstToken receives the instants just before and just after the write with a stream's first token.
	// It runs on the stream's own goroutine.
	OnFirstToken func(requestID string, before, after time.Time)
}

// Server speaks for engines over HTTP: POST /v1/chat/completions, /v1/completions, /v1/responses
// and /v1/messages, streaming only; GET /v1/models, /health and /metrics.
type Server struct {
	options Options
	models  []Model
	mux     *http.ServeMux
	words   []string
	bodies  sync.Pool // of *bytes.Buffer
	nonce   time.Time // makes generated request ids differ from run to run
	count   atomic.Uint64
}

// NewServer returns a handler for the given models. The first also answers requests that name no model.
func NewServer(o Options, models ...Model) *Server {
	if o.MaxBody == 0 {
		o.MaxBody = 32 << 20
	}
	s := &Server{options: o, models: models, mux: http.NewServeMux(), words: words(), nonce: time.Now()}
	s.bodies.New = func() any { return new(bytes.Buffer) }
	for path, d := range map[string]dialect{
		"/v1/chat/completions": {vendor: openAI, frame: chatFraming},
		"/v1/completions":      {vendor: openAI, frame: completionsFraming, plain: true},
		"/v1/responses":        {vendor: openAI, frame: responsesFraming},
		"/v1/messages":         {vendor: anthropic, frame: messagesFraming},
	} {
		s.mux.HandleFunc("POST "+path, s.handler(d))
	}
	s.mux.HandleFunc("GET /v1/models", s.list)
	s.mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	s.mux.Handle("GET /metrics", metricsHandler(models))
	return s
}

// Close closes the engines, which ends every stream.
func (s *Server) Close() {
	for _, m := range s.models {
		m.Engine.Close()
	}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// dialect is one request and response format.
type dialect struct {
	vendor vendor
	frame  func(answerInfo) framing
	plain  bool // only text, neither reasoning nor tool calls
}

// handler answers one dialect.
func (s *Server) handler(d dialect) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := s.identify(w, r, d.vendor)
		st, err := s.admit(w, r, d)
		var f *Failure
		switch {
		case errors.As(err, &f):
			s.drain(r)
			d.vendor.refuse(w, r, f, id)
		case err == nil:
			st.id = id
			setHeaders(w, st.effects.headers, d.vendor.key(r))
			st.run(r.Context())
			st.answer.Cancel() // a client that is gone must not keep its place in the batch
		}
	}
}

// drain reads the rest of a refused request, so that a client which still uploads is not cut off before it sees
// the reason.
func (s *Server) drain(r *http.Request) {
	// A client that is gone misses nothing.
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, s.options.MaxBody))
}

// identify echoes the request's id, or makes one.
func (s *Server) identify(w http.ResponseWriter, r *http.Request, v vendor) string {
	id := r.Header.Get("X-Request-Id")
	if id == "" {
		id = fmt.Sprintf("req_%016x", xxhash.Sum64String(fmt.Sprint(s.nonce.UnixNano(), s.count.Add(1))))
	}
	w.Header().Set("X-Request-Id", id)
	if v == anthropic {
		w.Header().Set("Request-Id", id)
	}
	return id
}

// admit takes a request up to its admission. An error is a *Failure, or the client is gone.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, d dialect) (*stream, error) {
	if s.options.APIKey != "" && subtle.ConstantTimeCompare([]byte(d.vendor.key(r)), []byte(s.options.APIKey)) != 1 {
		return nil, &Failure{Status: 401, Message: "Incorrect API key provided"}
	}
	q, p, m, err := s.readRequest(w, r)
	if err != nil {
		return nil, err
	}
	a, err := m.Engine.Submit(r.Context(), Job{
		Prompt: p, MaxTokens: q.maxTokens, MinTokens: q.minTokens,
		IgnoreEOS: q.ignoreEOS,
	})
	if err == nil {
		_, err = a.Next(r.Context())
	}
	if errors.Is(err, ErrClosed) {
		return nil, &Failure{Status: 503, Message: "The engine is shutting down"}
	}
	if err != nil {
		return nil, err
	}
	return s.newStream(w, m, a, d, answerInfo{writesCache: q.marks, usage: q.usage, tool: q.toolName}), nil
}

// newStream prepares the writing of an admitted answer.
func (s *Server) newStream(w http.ResponseWriter, m Model, a *Answer, d dialect, info answerInfo) *stream {
	seed := xxhash.Sum64String(w.Header().Get("X-Request-Id")) | 1
	info.id, info.created = fmt.Sprintf("%016x", seed), time.Now().Unix()
	model, fingerprint := a.names()
	info.model, info.fingerprint = cmp.Or(model, m.Name), cmp.Or(fingerprint, "fp_sim_"+m.Engine.Profile().Name)
	lead, asked := a.Recall()
	n, _ := a.Length()
	n -= a.effects.hidden
	split := tokenSplit{text: n}
	if !d.plain {
		calls := info.tool != "" && !asked && float64(seed>>11)/(1<<53) < s.options.ToolCallRatio
		split = splitTokens(n, s.options.ReasoningRatio, calls)
	}
	info.reasoned, info.hidden, info.noUsage = split.reasoning, a.effects.hidden, a.effects.noUsage
	info.noOpening = a.effects.noOpening
	info.usageNow = a.effects.reported(a.Usage())
	frame := d.frame(info)
	if info.noOpening {
		frame.admitted, frame.first = nil, nil
	}
	return &stream{
		out: w, flush: http.NewResponseController(w), answer: a, effects: &a.effects, frame: frame,
		writer:    wordWriter{words: s.words, split: split, lead: lead, random: seed},
		pingAfter: s.options.PingInterval, onFirstToken: s.options.OnFirstToken, hidden: a.effects.hidden,
	}
}
