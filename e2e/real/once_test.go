//go:build real

package real

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The engine's tokenizer, whose few words are fewer still in a small prompt, makes more tokens of a word than is
// configured, by so much that the first turn would overrun the window. The trial teaches that, also to the command that
// sends one turn. A first prompt stays 15 % and 256 tokens below the window.
func TestOnceFitsASmallWindow(t *testing.T) {
	t.Parallel()
	e := startEngine(t, engineSettings{context: 5632})
	config := `
targets:
  - name: tiny
    url: ` + e.url() + `
    model: tiny
    engine: llama.cpp
    tools: false
    budget: null
    load: {tokens_per_minute: 100000}
    workload:
      tokens_per_word: 0.7
      window: 5632
      limit: 5400
      shared_prefix: 1500
      context: {median: 5000, sigma: 0.01, min: 4900, max: 5100}
      input: {median: 100, sigma: 0.5, min: 32, max: 200}
      output: {median: 32, sigma: 0.1, min: 24, max: 48}
      recall_share: 0
      compaction: {share: 0}
`
	file := filepath.Join(t.TempDir(), "firsttoken.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(firsttoken, "once", "tiny", "--json", "--config.file="+file).Output()
	var r struct {
		result
		Phase    string `json:"phase"`
		Expected int    `json:"expected_tokens"`
	}
	if jsonErr := json.Unmarshal(out, &r); err != nil || jsonErr != nil {
		t.Fatalf("%v, %v: %s", err, jsonErr, out)
	}
	t.Logf("%d tokens, %d expected", r.Tokens.Input, r.Expected)
	if r.Outcome != "ok" || r.Phase != "cold" || r.Tokens.Input < 3300 || r.Expected < r.Tokens.Input {
		t.Errorf("%s, %s, %+v, %d expected: %s", r.Outcome, r.Phase, r.Tokens, r.Expected, r.Error)
	}
	if n := len(e.prefills(t)); n != 2 {
		t.Errorf("%d requests, want the trial and the turn", n)
	}
	if strings.Contains(e.log.String(), "exceeds the available context size") {
		t.Error("a prompt overran the window")
	}
}
