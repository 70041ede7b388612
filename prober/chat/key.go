package chat

import (
	"errors"
	"os"
	"strings"
)

// errEmptyKey quotes nothing of the file.
var errEmptyKey = errors.New("file is empty")

// key reads the key file; "" if the endpoint has none.
func (c *Client) key() (string, *failure) {
	if c.endpoint.APIKeyFile == "" {
		return "", nil
	}
	key, err := readKey(c.endpoint.APIKeyFile)
	if err != nil {
		return "", &failure{outcome: Rejected, reason: "api key: " + err.Error()}
	}
	return key, nil
}

func readKey(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	key := strings.TrimSpace(string(b))
	if key == "" {
		return "", errEmptyKey
	}
	return key, nil
}

// secrets are the credentials of Endpoint.HTTP. A file that cannot be read adds none.
func (c *Client) secrets() []string {
	h := c.endpoint.HTTP
	secrets := []string{string(h.BearerToken)}
	files := []string{h.BearerTokenFile}
	if a := h.Authorization; a != nil {
		secrets = append(secrets, string(a.Credentials))
		files = append(files, a.CredentialsFile)
	}
	if a := h.BasicAuth; a != nil {
		secrets = append(secrets, string(a.Password))
		files = append(files, a.PasswordFile)
	}
	if a := h.OAuth2; a != nil {
		secrets = append(secrets, string(a.ClientSecret))
		files = append(files, a.ClientSecretFile)
	}
	if h.HTTPHeaders != nil {
		for _, v := range h.HTTPHeaders.Headers {
			for _, s := range v.Secrets {
				secrets = append(secrets, string(s))
			}
			files = append(files, v.Files...)
		}
	}
	for _, f := range files {
		if f == "" {
			continue
		}
		if s, err := readKey(f); err == nil {
			secrets = append(secrets, s)
		}
	}
	return secrets
}
