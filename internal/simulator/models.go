package simulator

import (
	"encoding/json"
	"net/http"
)

// list answers GET /v1/models.
func (s *Server) list(w http.ResponseWriter, _ *http.Request) {
	type card struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Created int64  `json:"created"`
		OwnedBy string `json:"owned_by"`
		Context int    `json:"max_model_len"`
	}
	cards := make([]card, len(s.models))
	for i, m := range s.models {
		cards[i] = card{m.Name, "model", s.nonce.Unix(), "firsttoken-simulator", m.Engine.Profile().MaxContext}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": cards}) //nolint:errcheck // the client is gone
}
