package chat

import (
	"encoding/base64"
	"net/url"
	"slices"
	"testing"

	"github.com/prometheus/common/config"
)

// Whatever the configuration holds of secrets is looked for in a server's words, also before it has been sent.
func TestConfiguredSecrets(t *testing.T) {
	const secret = "the-secret"
	file := secretFile(t, secret)
	proxy := config.ProxyConfig{ProxyURL: config.URL{URL: &url.URL{Host: "h", User: url.UserPassword("probe", secret)}}}
	connect := config.ProxyHeader{"X-Key": {"Bearer " + secret}}
	header := func(h config.Header) config.HTTPClientConfig {
		return config.HTTPClientConfig{HTTPHeaders: &config.Headers{Headers: map[string]config.Header{"X-Key": h}}}
	}
	for name, c := range map[string]config.HTTPClientConfig{
		"bearer token":         {BearerToken: secret},
		"bearer token's file":  {BearerTokenFile: file},
		"credentials":          {Authorization: &config.Authorization{Credentials: secret}},
		"credentials' file":    {Authorization: &config.Authorization{CredentialsFile: file}},
		"password":             {BasicAuth: &config.BasicAuth{Password: secret}},
		"password's file":      {BasicAuth: &config.BasicAuth{PasswordFile: file}},
		"client secret":        {OAuth2: &config.OAuth2{ClientSecret: secret}},
		"client secret's file": {OAuth2: &config.OAuth2{ClientSecretFile: file}},
		"header":               header(config.Header{Secrets: []config.Secret{secret}}),
		"header's file":        header(config.Header{Files: []string{file}}),
		"proxy":                {ProxyConfig: proxy},
		"header to a proxy":    {ProxyConfig: config.ProxyConfig{ProxyConnectHeader: connect}},
	} {
		if all := configuredSecrets(c); !slices.Contains(all, secret) {
			t.Errorf("%s: %q does not have it", name, all)
		}
	}
}

func TestCredentials(t *testing.T) {
	pair := base64.StdEncoding.EncodeToString([]byte("probe:pass:word"))
	for header, want := range map[string][]string{
		"sk-1234":        {"sk-1234"},
		"Bearer sk-1234": {"sk-1234"},
		"Basic " + pair:  {pair, "probe:pass:word", "pass:word"},
		"basic " + pair:  {pair, "probe:pass:word", "pass:word"},
		"Basic a pair!":  {"a pair!"},
	} {
		if got := credentials(header); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}
