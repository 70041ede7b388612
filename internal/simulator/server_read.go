package simulator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// readRequest reads a request. The body's memory is free when it returns: a request that waits for its admission
// holds hashes, not text.
func (s *Server) readRequest(w http.ResponseWriter, r *http.Request) (*request, *Prompt, Model, error) {
	buffer, _ := s.bodies.Get().(*bytes.Buffer)
	defer s.bodies.Put(buffer)
	if err := s.readBody(w, r, buffer); err != nil {
		return nil, nil, Model{}, err
	}
	q, err := parseRequest(buffer.Bytes())
	if err != nil {
		return nil, nil, Model{}, &Failure{Status: 400, Message: err.Error()}
	}
	m, ok := s.model(q.model)
	if !ok {
		return nil, nil, Model{}, &Failure{Status: 404, Message: fmt.Sprintf("The model %q does not exist",
			shortened(q.model))}
	}
	p, err := q.prompt(m.Engine.Profile())
	if err != nil {
		return nil, nil, Model{}, &Failure{Status: 400, Message: err.Error()}
	}
	q.tools, q.system, q.messages = nil, nil, nil
	return q, p, m, nil
}

// readBody reads the whole body into the buffer.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, b *bytes.Buffer) error {
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

// shortened limits a text of the client that is sent back.
func shortened(s string) string { return s[:min(len(s), 100)] }
