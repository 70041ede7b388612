package main

import (
	"net/http"
	"os"

	"go.yaml.in/yaml/v3"
)

// authenticated is true of requests whose client has a certificate that was verified, and of all requests while the
// web configuration has users: exporter-toolkit then passes on none without a right password. It reads the file anew
// for each request, as exporter-toolkit does.
func authenticated(webConfigFile string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
			return true
		}
		data, err := os.ReadFile(webConfigFile)
		if webConfigFile == "" || err != nil {
			return false
		}
		var c struct {
			Users map[string]any `yaml:"basic_auth_users"`
		}
		return yaml.Unmarshal(data, &c) == nil && len(c.Users) > 0
	}
}
