package simulator

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
)

// Model is an engine under the name by which requests ask for it.
type Model struct {
	Name   string
	Engine *Engine
}

// Options are what a server does beyond its engines.
type Options struct {
	APIKey         string  // that requests must carry; none if empty
	ToolCallRatio  float64 // of answers to requests with tools that call the first of them
	ReasoningRatio float64 // of an answer's tokens that come first, as reasoning
	// PingInterval is the silence after which a stream carries a ping (Anthropic) or a comment;
	// 0 is never.
	PingInterval time.Duration
	MaxBody      int64 // bytes; 32 MiB if 0
	// OnFirstToken is told, from the stream's own goroutine, of the write that carries a stream's
	// first token: the instants just before and just after it.
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
	count   counter
}

// NewServer is a handler for the given models; the first also answers requests that name none.
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
		s.mux.HandleFunc("POST "+path, s.answer(d))
	}
	s.mux.HandleFunc("GET /v1/models", s.list)
	s.mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	s.mux.Handle("GET /metrics", metricsHandler(models))
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// dialect is one way to ask and to be answered.
type dialect struct {
	vendor vendor
	frame  func(answerInfo) framing
	plain  bool // only text, neither reasoning nor tool calls
}

// answer handles one dialect.
func (s *Server) answer(d dialect) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := s.identify(w, r, d.vendor)
		st, err := s.begin(w, r, d)
		var f *Failure
		switch {
		case errors.As(err, &f):
			s.drain(r)
			d.vendor.refuse(w, f, id)
		case err == nil:
			st.id = id
			st.run(r.Context())
			st.answer.Cancel() // a client that is gone must not hold its place in the batch
		}
	}
}

// drain reads what is left of a refused request, so that its client is not cut off while it still
// uploads and sees why.
func (s *Server) drain(r *http.Request) {
	io.Copy(io.Discard, io.LimitReader(r.Body, s.options.MaxBody)) //nolint:errcheck // whoever does not read the answer either misses nothing
}

// identify echoes the request's id, or makes one up.
func (s *Server) identify(w http.ResponseWriter, r *http.Request, v vendor) string {
	id := r.Header.Get("X-Request-Id")
	if id == "" {
		id = fmt.Sprintf("req_%016x", xxhash.Sum64String(fmt.Sprint(s.nonce.UnixNano(), s.count.next())))
	}
	w.Header().Set("X-Request-Id", id)
	if v == anthropic {
		w.Header().Set("Request-Id", id)
	}
	return id
}

// begin takes a request up to its admission. Its error is a *Failure, or the client is gone.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, d dialect) (*stream, error) {
	if s.options.APIKey != "" && subtle.ConstantTimeCompare([]byte(d.vendor.key(r)), []byte(s.options.APIKey)) != 1 {
		return nil, &Failure{Status: 401, Message: "Incorrect API key provided"}
	}
	q, p, m, err := s.understand(w, r)
	if err != nil {
		return nil, err
	}
	a, err := m.Engine.Submit(r.Context(), Job{Prompt: p, MaxTokens: q.maxTokens, MinTokens: q.minTokens, IgnoreEOS: q.ignoreEOS})
	if err == nil {
		_, err = a.Next(r.Context())
	}
	if errors.Is(err, ErrClosed) {
		return nil, &Failure{Status: 503, Message: "The engine is shutting down"}
	}
	if err != nil {
		return nil, err
	}
	return s.stream(w, m, a, d, answerInfo{writesCache: q.marks, usage: q.usage, tool: q.toolName}), nil
}

// understand reads a request. The body's memory is free again when it returns: a request that waits
// for its admission holds hashes, not text.
func (s *Server) understand(w http.ResponseWriter, r *http.Request) (*request, *Prompt, Model, error) {
	buffer, _ := s.bodies.Get().(*bytes.Buffer)
	defer s.bodies.Put(buffer)
	if err := s.read(w, r, buffer); err != nil {
		return nil, nil, Model{}, err
	}
	q, err := parseRequest(buffer.Bytes())
	if err != nil {
		return nil, nil, Model{}, &Failure{Status: 400, Message: err.Error()}
	}
	m, ok := s.model(q.model)
	if !ok {
		return nil, nil, Model{}, &Failure{Status: 404, Message: fmt.Sprintf("The model %q does not exist", clip(q.model))}
	}
	p, err := q.prompt(m.Engine.Profile())
	if err != nil {
		return nil, nil, Model{}, &Failure{Status: 400, Message: err.Error()}
	}
	q.tools, q.system, q.messages = nil, nil, nil
	return q, p, m, nil
}

// read takes the whole body into the buffer.
func (s *Server) read(w http.ResponseWriter, r *http.Request, b *bytes.Buffer) error {
	b.Reset()
	if r.ContentLength > s.options.MaxBody {
		return &Failure{Status: 413, Message: "Request body is too large"}
	}
	if r.ContentLength > 0 {
		b.Grow(int(r.ContentLength) + bytes.MinRead) // room to see the end without growing
	}
	_, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, s.options.MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return &Failure{Status: 413, Message: "Request body is too large"}
	case err != nil:
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (s *Server) model(name string) (Model, bool) {
	for _, m := range s.models {
		if m.Name == name || name == "" {
			return m, true
		}
	}
	return Model{}, false
}

// stream prepares the writing of an admitted answer.
func (s *Server) stream(w http.ResponseWriter, m Model, a *Answer, d dialect, info answerInfo) *stream {
	seed := xxhash.Sum64String(w.Header().Get("X-Request-Id")) | 1
	info.id, info.created = fmt.Sprintf("%016x", seed), time.Now().Unix()
	model, fingerprint := a.Swapped()
	info.model, info.fingerprint = or(model, m.Name), or(fingerprint, "fp_sim_"+m.Engine.Profile().Name)
	lead, asked := a.Recall()
	n, _ := a.Length()
	plan := plan{text: n}
	if !d.plain {
		calls := info.tool != "" && !asked && float64(seed>>11)/(1<<53) < s.options.ToolCallRatio
		plan = planned(n, s.options.ReasoningRatio, calls)
	}
	info.reasoned, info.usageNow = plan.reasoning, a.Usage()
	return &stream{
		out: w, flush: http.NewResponseController(w), answer: a, frame: d.frame(info),
		writer: writer{words: s.words, plan: plan, lead: lead, random: seed},
		pings:  s.options.PingInterval, sent: s.options.OnFirstToken,
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// clip keeps what a client sent short where it is sent back.
func clip(s string) string { return s[:min(len(s), 100)] }
