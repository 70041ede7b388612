package preset

import (
	"net/url"
	"slices"
	"strings"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// Preset is what one kind of server needs.
type Preset struct {
	Engine  string   // the canonical value of the configuration's `engine`
	Aliases []string // other spellings of it
	API     chat.API // the dialect that this server speaks best
	// NoTools leaves the conversation's tool definitions out: the server refuses them unless it was started with
	// flags that many deployments lack.
	NoTools bool
	// ExtraBody are fields of the request, as in chat.Endpoint.ExtraBody; nil takes one of the dialect's away.
	ExtraBody      map[string]any
	SessionHeaders []string
	// MetricsPath is where the server's own metrics are, below its root; empty where it has none to scrape.
	MetricsPath string
	// Window says where the server tells how many tokens fit into a prompt and its answer.
	Window string
	// Page is the file of docs/engines that explains the preset.
	Page string
}

// Named finds a preset by the value of `engine`, in any case; false for a name that has none.
func Named(engine string) (Preset, bool) {
	name := strings.ToLower(engine)
	for _, p := range All() {
		if p.Engine == name || slices.Contains(p.Aliases, name) {
			return p, true
		}
	}
	return Preset{}, false
}

// Defaults are the keys of a target that the preset sets, as they would be written in the configuration file. The URL
// is the target's; from it follows where the server's metrics are.
func (p Preset) Defaults(base string) map[string]any {
	keys := map[string]any{}
	if p.API != "" {
		keys["api"] = string(p.API)
	}
	if p.NoTools {
		keys["tools"] = false
	}
	if len(p.ExtraBody) > 0 {
		keys["extra_body"] = p.ExtraBody
	}
	if len(p.SessionHeaders) > 0 {
		keys["session_headers"] = p.SessionHeaders
	}
	if page := p.metricsPage(base); page != "" {
		keys["engine_metrics"] = []string{page}
	}
	return keys
}

// metricsPage is the metrics page of a server whose base URL is given: http://vllm:8000/v1 → http://vllm:8000/metrics.
// It is empty where the URL cannot tell.
func (p Preset) metricsPage(base string) string {
	u, err := url.Parse(base)
	if err != nil || p.MetricsPath == "" || u.Host == "" || u.User != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: p.MetricsPath}).String()
}
