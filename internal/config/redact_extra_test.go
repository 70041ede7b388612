package config

import (
	"strings"
	"testing"
	"time"
)

// TestRedactedHidesEveryCanary writes one word in every place of a file where a secret can stand.
func TestRedactedHidesEveryCanary(t *testing.T) {
	t.Parallel()
	const canary = "CANARY7f3a91"
	text := strings.ReplaceAll(`
defaults:
  extra_body: {shared: "$"}
targets:
- name: a
  url: https://h/v1?key=$
  model: m
  engine_metrics: ["https://h/metrics?key=$"]
  extra_body: {api_key: "$", options: {token: "$", list: ["$", {deep: "$"}]}, nvext: {n: 17}}
  http:
    proxy_url: http://$:$@proxy?key=$
    proxy_connect_header: {X-Proxy: ["$"]}
    http_headers: {X-Key: {values: ["$"], secrets: ["$"]}}
- name: b
  url: https://h/v1
  model: m
  http: {basic_auth: {username: u, password: "$"}}
- name: c
  url: https://h/v1
  model: m
  http:
    oauth2:
      client_id: c
      client_secret: $
      token_url: https://$:$@h/token?key=$
      endpoint_params: {p: "$"}
- name: e
  url: https://h/v1
  model: m
  http:
    oauth2:
      client_id: c
      grant_type: urn:ietf:params:oauth:grant-type:jwt-bearer
      client_certificate_key: $
      claims: {sub: "$", deep: {list: ["$"]}}
      token_url: https://h/token
- name: d
  url: https://h/v1
  model: m
  http: {authorization: {credentials: "$"}}
`, "$", canary)
	f, err := Parse("f.yml", []byte(text), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	shown := f.Redacted()
	for line := range strings.SplitSeq(shown, "\n") {
		if strings.Contains(line, canary) || strings.Contains(line, "17") {
			t.Errorf("shown: %s", line)
		}
	}
	for _, key := range []string{"shared:", "api_key:", "token:", "deep:", "nvext:"} {
		if !strings.Contains(shown, key) {
			t.Errorf("the key %s is not shown", key)
		}
	}
}
