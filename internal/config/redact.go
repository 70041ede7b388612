package config

import (
	"fmt"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/budget"
)

// hidden replaces a secret, in the form that Prometheus uses.
const hidden = "<secret>"

// Redacted is the configuration in use, with defaults, as YAML that is safe to show: it hides secrets,
// header values, the values of extra_body, and the user information and query values of URLs. It names the files of
// secrets and does not read them.
func (f *File) Redacted() string {
	var doc yaml.Node
	if err := doc.Encode(struct {
		Targets []prober.Target      `yaml:"targets"`
		Budget  budget.ProcessBudget `yaml:"budget"`
	}{f.Targets, f.Budget}); err != nil {
		return fmt.Sprintf("# the configuration cannot be shown: %v\n", err)
	}
	for _, t := range valueOf(&doc, "targets").Content {
		redact(t)
	}
	var b strings.Builder
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return fmt.Sprintf("# the configuration cannot be shown: %v\n", err)
	}
	return b.String()
}

// redact hides the secrets in one target that the types of the values do not hide.
func redact(target *yaml.Node) {
	redactURL(valueOf(target, "url"))
	for _, key := range []string{"engine_metrics", "dcgm_metrics"} {
		if pages := valueOf(target, key); pages != nil {
			for _, page := range pages.Content {
				redactURL(page)
			}
		}
	}
	hide(valueOf(target, "extra_body")) // a key of it may be a credential, and no list of names finds them all
	http := valueOf(target, "http")
	redactURL(valueOf(http, "proxy_url"))
	hide(valueOf(http, "http_headers"))
	hide(valueOf(http, "proxy_connect_header"))
	oauth2 := valueOf(http, "oauth2")
	redactURL(valueOf(oauth2, "token_url"))
	redactURL(valueOf(oauth2, "proxy_url"))
	hide(valueOf(oauth2, "proxy_connect_header"))
	hide(valueOf(oauth2, "endpoint_params"))
	hide(valueOf(oauth2, "claims"))
}

// hide replaces every value below n; names stay.
func hide(n *yaml.Node) {
	switch {
	case n == nil:
	case n.Kind == yaml.ScalarNode:
		*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: hidden}
	case n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			hide(item)
		}
	case n.Kind == yaml.MappingNode:
		for i := 1; i < len(n.Content); i += 2 {
			hide(n.Content[i])
		}
	}
}

func redactURL(n *yaml.Node) {
	if n == nil || n.Value == "" {
		return
	}
	u, err := url.Parse(n.Value)
	if err != nil {
		hide(n)
		return
	}
	n.SetString(redactedURL(u))
}

// redactedURL is a URL without user information and without the values of its query.
func redactedURL(u *url.URL) string {
	shown := *u
	shown.User, shown.Fragment, shown.RawQuery = nil, "", ""
	text := shown.String()
	if u.User != nil {
		text = strings.Replace(text, "//", "//"+hidden+"@", 1)
	}
	return text + redactQuery(u.RawQuery)
}

func redactQuery(query string) string {
	if query == "" {
		return ""
	}
	pairs := strings.Split(query, "&")
	for i, p := range pairs {
		key, _, _ := strings.Cut(p, "=")
		pairs[i] = key + "=" + hidden
	}
	return "?" + strings.Join(pairs, "&")
}
