package simulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

func TestSmoke(t *testing.T) {
	p, _ := simulator.ProfileNamed("fast")
	e, err := simulator.NewEngine(p, simulator.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := httptest.NewServer(simulator.NewServer(simulator.Options{ToolCallRatio: 1, ReasoningRatio: .2}, simulator.Model{Name: "m", Engine: e}))
	defer s.Close()
	for path, body := range map[string]string{
		"/v1/chat/completions": `{"model":"m","stream":true,"max_tokens":20,"stream_options":{"include_usage":true},"tools":[{"type":"function","function":{"name":"read_file"}}],"messages":[{"role":"user","content":"hello world"}]}`,
		"/v1/completions":      `{"model":"m","stream":true,"max_tokens":8,"prompt":"hello world"}`,
		"/v1/responses":        `{"model":"m","stream":true,"max_output_tokens":20,"tools":[{"type":"function","name":"read_file"}],"input":[{"role":"user","content":"hello world"}]}`,
		"/v1/messages":         `{"model":"m","stream":true,"max_tokens":20,"tools":[{"name":"read_file"}],"messages":[{"role":"user","content":[{"type":"text","text":"hello"}]}]}`,
	} {
		r, err := http.Post(s.URL+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		t.Logf("%s %s\n%s", path, r.Status, b)
	}
	r, _ := http.Get(s.URL + "/metrics")
	b, _ := io.ReadAll(r.Body)
	t.Logf("%s", b[:1500])
}
