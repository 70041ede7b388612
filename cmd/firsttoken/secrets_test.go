package main

import (
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"
)

// TestNoSecretInAnyOutput has a server for each way in which firsttoken sends a secret. Each repeats it in all that a
// server can say, whole and in pieces, as it is and in other spellings. All outputs of the program hold what the
// servers said beside the secret, no eight characters of any secret, and no character that does something to a
// terminal.
func TestNoSecretInAnyOutput(t *testing.T) {
	formats := map[string][]int{"logfmt": {17, 200}, "json": {60, 1400}} // and the lengths of secrets
	if testing.Short() {
		formats = map[string][]int{"logfmt": {200}}
	}
	for format, lengths := range formats {
		t.Run(format, func(t *testing.T) {
			all, file := credentials(t, lengths)
			collector := &bodies{}
			server := httptest.NewServer(collector)
			t.Cleanup(server.Close)
			environ := otelEnvironment(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+server.URL, "OTEL_BSP_SCHEDULE_DELAY=50",
				"OTEL_METRIC_EXPORT_INTERVAL=500")
			dir := filepath.Dir(file)
			r := startIn(t, environ, "--config.file="+file, "--web.listen-address=127.0.0.1:0", "--web.enable-lifecycle",
				"--log.level=debug", "--log.format="+format, "--results.file="+filepath.Join(dir, "results.jsonl"))
			turns := 2 * spellings
			if testing.Short() {
				turns = 6 // each server begins where the one before left off: together they use all spellings
			}
			for _, c := range all {
				eventually(t, c.name+" has answered in all its ways", func() bool { return c.answered(turns) })
			}
			outputs := r.outputs(dir)
			if code := r.stop(); code != 0 {
				t.Errorf("exit code %d", code)
			}
			outputs["log"] = r.stderr.String()
			outputs["spans and metrics by OTLP"] = collector.String()
			commandOutputs(t, outputs, file, all)
			checkOutputs(t, outputs, all)
		})
	}
}

// credentials are of each kind and length, and a configuration file that uses them.
func credentials(t *testing.T, lengths []int) (all []*credential, file string) {
	t.Helper()
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(5, 6))
	var text strings.Builder
	text.WriteString(strings.Replace(small, "tokens_per_minute: 3e6", "tokens_per_minute: 1e6", 1) + "targets:\n")
	kinds := credentialKinds()
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		for _, length := range lengths {
			c := &credential{name: fmt.Sprintf("%s-%d", kind, length), kind: kind, secret: randomSecret(random, length)}
			c.first = 6 * len(all)
			c.turns = c.first
			text.WriteString(c.serve(t, dir, kinds[kind]))
			all = append(all, c)
		}
	}
	return all, write(t, dir, "firsttoken.yml", text.String())
}

// bodies are what a collector received, read as text.
type bodies struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *bodies) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Write(body)
}

func (b *bodies) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// outputs are the pages and files of a running daemon.
func (r *running) outputs(dir string) map[string]string {
	r.t.Helper()
	all := map[string]string{"OpenMetrics": r.openMetrics()}
	for _, page := range []string{
		"/metrics", "/targets", "/targets?last=1000", "/config", "/sd/engines", "/-/healthy", "/-/ready",
		"/debug/pprof/",
	} {
		_, all[page] = r.get(page)
	}
	eventually(r.t, "the landing page has a failing target", func() bool { // it shows the last error of those alone
		_, all["/"] = r.get("/")
		return strings.Contains(all["/"], "type-says")
	})
	for _, file := range []string{"results.jsonl", ledgerName} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			r.t.Error(err)
		}
		all[file] = string(text)
	}
	good, err := os.ReadFile(filepath.Join(dir, "firsttoken.yml"))
	if err != nil {
		r.t.Fatal(err)
	}
	for name, broken := range map[string]string{ // each key in a place where it is wrong
		"unknown key": strings.ReplaceAll(string(good), "http: {", "htttp: {"),
		"no text":     strings.ReplaceAll(string(good), "{credentials: ", "{credentials: [], type: "),
		"no YAML":     strings.ReplaceAll(string(good), "secrets: [", "secrets: ["+"]["),
	} {
		write(r.t, dir, "firsttoken.yml", broken)
		status, text := r.request(http.MethodPost, "/-/reload")
		if status == http.StatusOK {
			r.t.Errorf("a broken configuration was loaded: %s", name)
		}
		all["reload: "+name] = text
	}
	write(r.t, dir, "firsttoken.yml", string(good))
	return all
}

// commandOutputs adds what the other commands print.
func commandOutputs(t *testing.T, outputs map[string]string, file string, all []*credential) {
	t.Helper()
	commands := [][]string{{"check"}, {"check", "--json"}, {"budget"}, {"budget", "--json"}}
	for i, c := range all {
		c.mu.Lock()
		c.turns = i % 2 // good and bad ones
		c.mu.Unlock()
		forms := [][]string{{"once", c.name}, {"once", c.name, "--json"}}
		if testing.Short() {
			forms = forms[i/2%2:][:1]
		}
		commands = append(commands, forms...)
	}
	for _, args := range commands {
		_, stdout, stderr := run(t, append(args, "--config.file="+file)...)
		outputs[strings.Join(args, " ")] = stdout + stderr
	}
}

// said are the marks that an output must hold: it is about the servers, and shows what they say.
func said(output string) []string {
	switch {
	case strings.HasPrefix(output, "once"):
		return []string{"server-says"}
	case output == "log":
		return []string{"type-says", "token-says", "turn failed"}
	case output == "/":
		return []string{"type-says", "key-"}
	case output == "/metrics", output == "OpenMetrics":
		return []string{"model-says", "fingerprint-says", "server-says", "key-"}
	case output == "/targets", output == "/targets?last=1000", output == "results.jsonl":
		return []string{"model-says", "fingerprint-says", "server-says", "finish-says", "usage-says", "type-says"}
	case strings.HasPrefix(output, "spans"):
		return []string{"model-says", "fingerprint-says", "finish-says"}
	case output == "/config":
		return []string{"<secret>", "key-"}
	case strings.HasPrefix(output, "reload"):
		return []string{"firsttoken.yml"}
	case strings.HasPrefix(output, "check"), strings.HasPrefix(output, "budget"),
		output == "/sd/engines", output == ledgerName:
		return []string{"key-", "bearer-", "proxy-"}
	}
	return nil // of the rest nothing is expected
}

func checkOutputs(t *testing.T, outputs map[string]string, all []*credential) {
	t.Helper()
	parts := map[string]string{}
	for _, c := range all {
		for _, spelled := range []string{
			c.secret, base64.StdEncoding.EncodeToString([]byte("probe:" + c.secret))[12:],
			base64.StdEncoding.EncodeToString([]byte("Bearer " + c.secret))[12:],
		} {
			for i := range len(spelled) - 7 {
				parts[strings.ToLower(spelled[i:i+8])] = c.name
			}
		}
	}
	for name, text := range outputs {
		for _, mark := range said(name) {
			if !strings.Contains(text, mark) {
				t.Errorf("%s does not hold %q, so nothing was tested:\n%.2000s", name, mark, text)
			}
		}
		checkCharacters(t, name, text)
		for _, form := range []string{text, plain(text)} {
			checkParts(t, name, form, parts)
		}
	}
}

// checkCharacters looks for a character that does something to a terminal.
func checkCharacters(t *testing.T, output, text string) {
	t.Helper()
	if output == ledgerName || strings.HasPrefix(output, "spans") {
		return // not for people
	}
	for i, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%s holds the character %q: …%q…", output, r, text[max(0, i-80):min(len(text), i+80)])
			return
		}
	}
}

// plain is a text without the escapes of JSON and HTML and without what nobody sees.
func plain(text string) string {
	escapes := regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)
	text = escapes.ReplaceAllStringFunc(html.UnescapeString(text), func(escape string) string {
		n, _ := strconv.ParseUint(escape[2:], 16, 32)
		return string(rune(n))
	})
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
}

// checkParts looks for eight characters of a secret, in upper or lower case.
func checkParts(t *testing.T, output, text string, parts map[string]string) {
	t.Helper()
	for line := range strings.Lines(strings.ToLower(text)) {
		for i := range len(line) - 7 {
			if of, ok := parts[line[i:i+8]]; ok {
				around := line[max(0, i-80):min(len(line), i+90)]
				t.Errorf("%s holds %q of the secret of %s: …%q…", output, line[i:i+8], of, around)
				return // one is enough
			}
		}
	}
}
