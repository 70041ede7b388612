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
