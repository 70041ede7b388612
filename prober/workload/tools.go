package workload

import (
	"encoding/json"
	"strings"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// tools are the usual ones of a coding agent. A model may call them; nothing ever runs.
func tools() []chat.Tool {
	const (
		file      = `"path":{"type":"string","description":"Path of the file, relative to the root of the repository"}`
		directory = `"path":{"type":"string","description":"Path of the directory, relative to the root of the repository"}`
	)
	return []chat.Tool{
		newTool("read_file", "Read a file of the repository. Returns its lines with their numbers. "+
			"Long files are read in parts: give the first line and the number of lines.",
			"path", file, `"first_line":{"type":"integer","minimum":1}`,
			`"lines":{"type":"integer","minimum":1,"maximum":2000}`),
		newTool("edit_file", "Replace one piece of text in a file. The old text has to occur exactly once; "+
			"include enough lines around it to make it unique.",
			"path", file, `"old_text":{"type":"string"}`, `"new_text":{"type":"string"}`),
		newTool("write_file", "Create a file, or replace all of it. Prefer edit_file for a file that exists.",
			"path", file, `"content":{"type":"string"}`),
		newTool("list_files", "List a directory with the kind and size of each entry. "+
			"Hidden files and ignored files are left out.",
			"path", directory, `"depth":{"type":"integer","minimum":1,"maximum":5}`),
		newTool("grep", "Search the contents of all files with a regular expression. "+
			"Returns matching lines with file and line number, at most 200.",
			"pattern", `"pattern":{"type":"string","description":"Regular expression in RE2 syntax"}`,
			`"path":{"type":"string"}`, `"ignore_case":{"type":"boolean"}`),
		newTool("run_tests", "Run the tests of a package and return what failed with its output. "+
			"Runs under the race detector when asked.",
			"package", `"package":{"type":"string","description":"Package path, or ./... for all packages"}`,
			`"name":{"type":"string","description":"Only tests that match this regular expression"}`,
			`"race":{"type":"boolean"}`),
		newTool("run_command", "Run a shell command in the root of the repository and return its exit status and output. "+
			"Commands that take longer than two minutes are stopped.",
			"command", `"command":{"type":"string","description":"The command line"}`,
			`"timeout_seconds":{"type":"integer","minimum":1,"maximum":120}`),
		newTool("git_diff", "Show what has changed in the working tree since a revision, as a unified diff.",
			"revision", `"revision":{"type":"string","description":"A commit, branch or tag"}`, `"path":{"type":"string"}`),
	}
}

// newTool takes its parameters as members of a JSON schema's properties.
func newTool(name, description, required string, properties ...string) chat.Tool {
	return chat.Tool{Name: name, Description: description, Parameters: json.RawMessage(
		`{"type":"object","properties":{` + strings.Join(properties, ",") + `},"required":["` + required + `"]}`)}
}

// calls are the tool calls in the history: a tool, its required argument, and a value that needs no
// escaping.
func calls() []call {
	return []call{
		{"read_file", "path", []byte("internal/store/cache.go")},
		{"grep", "pattern", []byte("func New")},
		{"run_tests", "package", []byte("./internal/store/...")},
		{"edit_file", "path", []byte("internal/store/index.go")},
		{"read_file", "path", []byte("internal/server/handler.go")},
		{"run_command", "command", []byte("go vet ./...")},
		{"list_files", "path", []byte("internal/server")},
		{"git_diff", "revision", []byte("HEAD")},
		{"read_file", "path", []byte("cmd/server/main.go")},
		{"run_tests", "package", []byte("./...")},
		{"edit_file", "path", []byte("internal/server/handler_test.go")},
		{"write_file", "path", []byte("internal/store/cache_test.go")},
	}
}

type call struct {
	name, argument string
	value          []byte
}
