package survey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"unicode"
	"unicode/utf8"
)

// Model is one entry of a list of models.
type Model struct {
	ID     string
	Owner  string
	Window int    // tokens; 0 where the list does not tell
	Field  string // that told it
}

// The longest name of a model that is taken, in bytes, and the most models that are read.
const (
	longestName = 200
	mostModels  = 1000
)

// windowFields are the names that servers have for the window of a model, as paths in an entry of their list. What
// the model was trained with, n_ctx_train, is none of them: it is not what the server takes.
func windowFields() [][]string {
	return [][]string{
		{"max_model_len"},                          // vLLM, SGLang
		{"meta", "n_ctx"},                          // llama.cpp, of one slot
		{"context_window"},                         // Dynamo, Groq
		{"loaded_context_length"},                  // LM Studio
		{"context_length"},                         // Together, Fireworks, Kimi, OpenRouter
		{"max_context_length"},                     // Mistral
		{"max_input_tokens"},                       // Claude
		{"metadata", "max_request_context_length"}, // Ray Serve
	}
}

// readModels reads a list of models: {"data":[…]}, or as Together has it the list alone. left is how many were left out
// because their names cannot be written or asked for.
func readModels(body []byte) (models []Model, left int, err error) {
	var list struct {
		Data []json.RawMessage `json:"data"`
	}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		err = json.Unmarshal(body, &list.Data)
	} else {
		err = json.Unmarshal(body, &list)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("not a list of models: %w", err)
	}
	for _, raw := range list.Data[:min(len(list.Data), mostModels)] {
		m, ok := readModel(raw)
		if !ok {
			left++
			continue
		}
		models = append(models, m)
	}
	return models, left, nil
}

func readModel(raw json.RawMessage) (Model, bool) {
	var entry struct {
		ID    string `json:"id"`
		Owner string `json:"owned_by"`
	}
	if json.Unmarshal(raw, &entry) != nil || !legalModel(entry.ID) {
		return Model{}, false
	}
	m := Model{ID: entry.ID, Owner: entry.Owner}
	for _, path := range windowFields() {
		if n, ok := numberAt(raw, path, entry.ID); ok {
			m.Window, m.Field = n, path[len(path)-1]
			break
		}
	}
	return m, true
}

// legalModel refuses names that a person could not have meant.
func legalModel(name string) bool {
	if name == "" || len(name) > longestName || !utf8.ValidString(name) {
		return false
	}
	for _, r := range name {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// numberAt is a whole number above 0 deep inside a JSON object. A list on the way stands for its entry of that name.
func numberAt(raw json.RawMessage, path []string, name string) (int, bool) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) == nil {
		raw = named(items, name)
	}
	if len(path) > 0 {
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil || object[path[0]] == nil {
			return 0, false
		}
		return numberAt(object[path[0]], path[1:], name)
	}
	var n float64
	if json.Unmarshal(raw, &n) != nil || n < 1 || n > math.MaxInt32 || n != math.Trunc(n) {
		return 0, false
	}
	return int(n), true
}

// named is the entry of a list that has a name; null where there is none.
func named(items []json.RawMessage, name string) json.RawMessage {
	for _, item := range items {
		if textAt(item, "name") == name || textAt(item, "model") == name {
			return item
		}
	}
	return json.RawMessage("null")
}

// textAt is a text in a JSON object.
func textAt(body []byte, key string) string {
	var object map[string]json.RawMessage
	var text string
	if json.Unmarshal(body, &object) == nil {
		_ = json.Unmarshal(object[key], &text) // another type is no text
	}
	return text
}
