package chat

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample is a stream: a recording of a real server, or written by hand after a server's source or
// documents, which lies in testdata/hand as api.name.sse.
type sample struct {
	name string
	api  API
	data []byte
	hand bool // written by hand, not recorded
}

func everyStream(t testing.TB) []sample {
	t.Helper()
	var all []sample
	for _, r := range recordings() {
		all = append(all, sample{r.file, r.api, streamFile(t, r.file), false})
	}
	for _, h := range handwritten() {
		all = append(all, sample{h.file, h.api, handFile(t, h.file), true})
	}
	return all
}

func handFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "hand", name+".sse"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(name, "crlf") {
		return []byte(strings.ReplaceAll(string(b), "\n", "\r\n"))
	}
	return b
}
