package simulator_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

// TestUsageIncidents checks what each dialect reports of a prompt of 5 tokens and 20 tokens of output.
func TestUsageIncidents(t *testing.T) {
	for _, c := range []struct{ incidents, path, want string }{
		{
			"- {kind: scaled_usage, ratio: 1, factor: 0.5}", chatPath,
			`"prompt_tokens":5,"total_tokens":15,"completion_tokens":10,`,
		},
		{"- {kind: scaled_usage, ratio: 1, factor: 0.5}", "/v1/messages", `"output_tokens":10}`},
		{"- {kind: constant_usage, ratio: 1, tokens: 10}", chatPath, `"prompt_tokens":10,"total_tokens":30,`},
		{"- {kind: constant_usage, ratio: 1, tokens: 10}", "/v1/responses", `"input_tokens":10,`},
		{
			"- {kind: huge_usage, ratio: 1}", chatPath,
			`"prompt_tokens":9223372036854775807,"total_tokens":9223372036854775807,"completion_tokens":9223372036854775807,`,
		},
		{"- {kind: huge_usage, ratio: 1}", "/v1/messages", `"output_tokens":9223372036854775807}`},
		{
			"- {kind: overcached_usage, ratio: 1}", chatPath,
			`"prompt_tokens":5,"total_tokens":25,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":10}`,
		},
		{
			"- {kind: overcached_usage, ratio: 1}", "/v1/responses",
			`"input_tokens":5,"input_tokens_details":{"cached_tokens":10},`,
		},
		{
			"- {kind: constant_usage, ratio: 1, tokens: 10}\n- {kind: scaled_usage, ratio: 1, factor: 2}", chatPath,
			`"prompt_tokens":10,"total_tokens":50,`,
		}, // both
	} {
		synctest.Test(t, func(t *testing.T) {
			body := playOn(t, steady(t, c.incidents), c.path, bodyOf(c.path, 20), time.Minute, 0).body()
			if !strings.Contains(body, c.want) {
				t.Errorf("%s, %s: no %s in\n%s", c.path, c.incidents, c.want, body[max(0, len(body)-500):])
			}
			validEvents(t, body)
		})
	}
	for _, opening := range []string{"message_start", "response.created", `"delta":{"role"`} {
		for _, path := range paths() {
			synctest.Test(t, func(t *testing.T) {
				body := playOn(t, steady(t, "- {kind: no_opening, ratio: 1}"), path, bodyOf(path, 20), time.Minute, 0).body()
				if strings.Contains(body, opening) || strings.Count(body, "data: ") < 20 {
					t.Errorf("%s has a %s, or not 20 tokens:\n%s", path, opening, body)
				}
				validEvents(t, body)
			})
		}
	}
	for _, path := range paths() {
		synctest.Test(t, func(t *testing.T) {
			body := playOn(t, steady(t, "- {kind: no_usage, ratio: 1}"), path, bodyOf(path, 20), time.Minute, 0).body()
			if strings.Contains(body, "usage\":{") || strings.Contains(body, "_tokens\":") {
				t.Errorf("%s reports a usage:\n%s", path, body)
			}
			validEvents(t, body)
		})
	}
}

// TestUnusualEnds checks how each dialect ends an answer that is empty or that its engine gives up.
func TestUnusualEnds(t *testing.T) {
	for _, c := range []struct {
		incidents, path, want string
		tokens                int // of the answer
	}{
		{"- {kind: abort, ratio: 1}", chatPath, `"finish_reason":"abort"`, 10},
		{
			"- {kind: abort, ratio: 1, reason: insufficient_system_resource}", chatPath,
			`"finish_reason":"insufficient_system_resource"`, 10,
		},
		{"- {kind: abort, ratio: 1}", "/v1/completions", `"finish_reason":"abort"`, 10},
		{"- {kind: abort, ratio: 1}", "/v1/messages", `"stop_reason":"abort"`, 10},
		{
			"- {kind: abort, ratio: 1}", "/v1/responses",
			`"status":"failed","model":"m","incomplete_details":null,"error":{"code":"server_error","message":"abort"}`, 10,
		},
		{"- {kind: empty, ratio: 1}", chatPath, `"finish_reason":"stop"`, 0},
		{"- {kind: empty, ratio: 1}", "/v1/completions", `"finish_reason":"stop"`, 0},
		{"- {kind: empty, ratio: 1}", "/v1/messages", `"stop_reason":"end_turn"`, 0},
		{"- {kind: empty, ratio: 1}", "/v1/responses", `"status":"completed"`, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			body := playOn(t, steady(t, c.incidents), c.path, bodyOf(c.path, 20), time.Minute, 0).body()
			token := regexp.MustCompile(`"(content|text|delta)":" \w+"`)
			if got := len(token.FindAllString(body, -1)); got != c.tokens || !strings.Contains(body, c.want) {
				t.Errorf("%s, %s: %d tokens, want %d and %s:\n%s", c.path, c.incidents, got, c.tokens, c.want, body)
			}
			validEvents(t, body)
		})
	}
}

// TestEmptyOfOneToken checks that an empty answer is stopped and not at its limit, and costs a token.
func TestEmptyOfOneToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, maxTokens := range []int{1, 20} {
			e := steady(t, "- {kind: empty, ratio: 1}")
			body := playOn(t, e, chatPath, chatBody(maxTokens), time.Minute, 0).body()
			if !strings.Contains(body, `"finish_reason":"stop"`) || !strings.Contains(body, `"completion_tokens":1,`) {
				t.Errorf("max_tokens %d: %s", maxTokens, body)
			}
		}
	})
}

// TestErrorBodies checks the status, type and body of errors.
func TestErrorBodies(t *testing.T) {
	for _, c := range []struct{ incident, path, contentType, want string }{
		{"status: 502, body: html", chatPath, "text/html", "<head><title>502 Bad Gateway</title></head>"},
		{"status: 504, body: html", "/v1/messages", "text/html", "<center><h1>504 Gateway Time-out</h1></center>"},
		{"status: 408, body: text", chatPath, "text/plain; charset=utf-8", "Request timed out\n"},
		{"status: 401", chatPath, "application/json", `"code":"invalid_api_key"`},
		{"status: 401", "/v1/messages", "application/json", `"type":"authentication_error"`},
		{"status: 403", "/v1/messages", "application/json", `"type":"permission_error"`},
		{"status: 404", chatPath, "application/json", `"code":"model_not_found"`},
		{"status: 413", "/v1/messages", "application/json", `"type":"request_too_large"`},
		{"status: 400", chatPath, "application/json", `"code":"context_length_exceeded"`},
		{"status: 500, body: none", chatPath, "", ""},
		{"status: 418", chatPath, "application/json", "I'm a teapot"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := playOn(t, steady(t, "- {kind: errors, ratio: 1, "+c.incident+"}"), c.path, bodyOf(c.path, 20), time.Minute, 0)
			if got := w.header.Get("Content-Type"); got != c.contentType || !strings.Contains(w.body(), c.want) {
				t.Errorf("%s: %s with %q, want %s with %q", c.incident, got, w.body(), c.contentType, c.want)
			}
			if c.want == "" && w.body() != "" {
				t.Errorf("%s: a body: %s", c.incident, w.body())
			}
			if !strings.HasPrefix(c.incident, "status: "+strconv.Itoa(w.status)) {
				t.Errorf("%s: status %d", c.incident, w.status)
			}
		})
	}
}

// TestHeaderIncidents checks that headers go with answers and with errors, and may echo the key.
func TestHeaderIncidents(t *testing.T) {
	const odd = `
- {kind: headers, headers: {Retry-After: NaN, x-ratelimit-reset-tokens: 1e400s}}
- {kind: headers, headers: {X-Echo: "key {key}"}}
`
	for _, c := range []struct {
		more   string
		status int
	}{
		{"", 200},
		{"- {kind: errors, ratio: 1, status: 429, retry_after: 3s}", 429}, // the incident's header wins
	} {
		synctest.Test(t, func(t *testing.T) {
			w := playOn(t, steady(t, odd+c.more), chatPath, chatBody(20), time.Minute, 0)
			if w.status != c.status {
				t.Errorf("status %d, want %d", w.status, c.status)
			}
			for name, want := range map[string]string{
				"Retry-After": "NaN", "X-Ratelimit-Reset-Tokens": "1e400s", "X-Echo": "key secret-key",
			} {
				if got := w.header.Get(name); got != want {
					t.Errorf("%d: %s: %q, want %q", w.status, name, got, want)
				}
			}
		})
	}
}

// TestRatio checks that an incident happens to its share of the requests, each by a draw of its own.
func TestRatio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := steady(t, "- {kind: empty, ratio: 0.5}\n- {kind: no_usage, ratio: 0.5}")
		count := map[[2]bool]int{}
		for range 200 {
			body := playOn(t, e, chatPath, chatBody(5), time.Minute, 0).body()
			count[[2]bool{len(answerTexts(body)) == 0, !strings.Contains(body, `"usage":`)}]++
		}
		for both, n := range count {
			if n < 30 || n > 70 {
				t.Errorf("empty %v, no usage %v: %d of 200, want about 50", both[0], both[1], n)
			}
		}
	})
}

// TestIncidentsAreDocumented compares the table of docs/simulator.md with the kinds.
func TestIncidentsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string][]string{}
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|([^|]*)\\|([^|]*)\\|[^|]+\\|$")
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		documented[m[1]] = []string{strings.TrimSpace(m[2]), strings.TrimSpace(m[3])}
	}
	for _, k := range simulator.IncidentTable() {
		want := []string{keys(k.Needs), keys(k.MayHave)}
		if got := documented[string(k.Kind)]; !slices.Equal(got, want) {
			t.Errorf("docs/simulator.md says of %s: %q, want %q", k.Kind, got, want)
		}
		delete(documented, string(k.Kind))
	}
	for kind := range documented {
		if !strings.Contains("together tensorrt-llm sglang vllm fast", kind) {
			t.Errorf("docs/simulator.md has %s, which does not exist", kind)
		}
	}
}

func keys(names []string) string {
	var all []string
	for _, n := range names {
		all = append(all, "`"+n+"`")
	}
	return strings.Join(all, ", ")
}
