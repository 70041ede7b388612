package chat

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/prometheus/common/config"
)

// credentialHeaders carry secrets whoever sets them. Those that Endpoint.HTTP fills from secrets and files come on top.
func credentialHeaders() []string {
	return []string{"Authorization", "Proxy-Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "Cookie"}
}

// secretHeaders names the headers of an endpoint whose values are secret.
func secretHeaders(e Endpoint) []string {
	names := credentialHeaders()
	if e.HTTP.HTTPHeaders != nil {
		for name, header := range e.HTTP.HTTPHeaders.Headers {
			if len(header.Secrets) > 0 || len(header.Files) > 0 {
				names = append(names, name)
			}
		}
	}
	return names
}

// isSecretHeader compares without regard to case, as HTTP does.
func isSecretHeader(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// credentials are what a header's value gives away: without the scheme before it, and for basic authentication the
// password inside.
func credentials(value string) []string {
	scheme, token, ok := strings.Cut(value, " ")
	if !ok {
		return []string{value}
	}
	secrets := []string{token}
	if strings.EqualFold(scheme, "Basic") {
		if pair, err := base64.StdEncoding.DecodeString(token); err == nil {
			_, password, _ := strings.Cut(string(pair), ":")
			secrets = append(secrets, string(pair), password)
		}
	}
	return secrets
}

// configuredSecrets are the credentials of Endpoint.HTTP. A file that cannot be read adds none.
func configuredSecrets(h config.HTTPClientConfig) []string {
	secrets := []string{string(h.BearerToken)}
	files := []string{h.BearerTokenFile}
	if a := h.Authorization; a != nil {
		secrets, files = append(secrets, string(a.Credentials)), append(files, a.CredentialsFile)
	}
	if a := h.BasicAuth; a != nil {
		secrets, files = append(secrets, string(a.Password)), append(files, a.PasswordFile)
	}
	if a := h.OAuth2; a != nil {
		secrets, files = append(secrets, string(a.ClientSecret)), append(files, a.ClientSecretFile)
	}
	if h.HTTPHeaders != nil {
		for _, header := range h.HTTPHeaders.Headers {
			for _, s := range header.Secrets {
				secrets = append(secrets, string(s))
			}
			files = append(files, header.Files...)
		}
	}
	if h.ProxyURL.URL != nil && h.ProxyURL.User != nil {
		password, _ := h.ProxyURL.User.Password()
		secrets = append(secrets, password, h.ProxyURL.User.Username()+":"+password)
	}
	for _, values := range h.ProxyConnectHeader {
		for _, value := range values {
			secrets = append(secrets, credentials(string(value))...)
		}
	}
	for _, file := range files {
		if file == "" {
			continue
		}
		if s, err := readKey(file); err == nil {
			secrets = append(secrets, s)
		}
	}
	return secrets
}
