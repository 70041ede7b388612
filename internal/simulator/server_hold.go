package simulator

import "fmt"

// Hold puts the prompt of a request's body into the prefix cache of its model's engine, as if it had just been
// answered.
func (s *Server) Hold(body []byte) error {
	q, err := parseRequest(body)
	if err != nil {
		return fmt.Errorf("holding a prompt: %w", err)
	}
	m, ok := s.model(q.model)
	if !ok {
		return fmt.Errorf("holding a prompt: the model %q does not exist", shortened(q.model))
	}
	p, err := q.prompt(m.Engine.Profile())
	if err != nil {
		return fmt.Errorf("holding a prompt: %w", err)
	}
	m.Engine.Hold(p)
	return nil
}
