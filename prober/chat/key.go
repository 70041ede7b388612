package chat

import (
	"cmp"
	"errors"
	"os"
	"strings"
	"unicode"
)

// Errors about key files quote nothing of them.
var (
	errEmptyKey = errors.New("file is empty")
	errNotAKey  = errors.New("file holds more than a key: a line break or another control character")
)

// key reads the key file; "" if the endpoint has none.
func (c *Client) key() (string, *failure) {
	if c.endpoint.APIKeyFile == "" {
		return "", nil
	}
	key, err := readKey(c.endpoint.APIKeyFile)
	if err != nil {
		return "", &failure{cause: cmp.Or(localCause(err), CauseKeyFile), text: "api key: " + err.Error()}
	}
	return key, nil
}

func readKey(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	key := strings.TrimSpace(string(b))
	switch {
	case key == "":
		return "", errEmptyKey
	case strings.ContainsFunc(key, unicode.IsControl):
		return "", errNotAKey
	}
	return key, nil
}
