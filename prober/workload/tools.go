package workload

import (
	"encoding/json"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// tools are what a coding agent usually brings. A model may call them; nothing ever runs.
func tools() []chat.Tool {
	return []chat.Tool{
		{Name: "read_file", Description: "Read a file of the repository. Returns its lines with their numbers. Long files are read in parts: give the first line and the number of lines.",
			Parameters: schema(`"path":{"type":"string","description":"Path of the file, relative to the root of the repository"},"first_line":{"type":"integer","minimum":1},"lines":{"type":"integer","minimum":1,"maximum":2000}`, "path")},
		{Name: "edit_file", Description: "Replace one piece of text in a file. The old text has to occur exactly once; include enough lines around it to make it unique.",
			Parameters: schema(`"path":{"type":"string","description":"Path of the file, relative to the root of the repository"},"old_text":{"type":"string"},"new_text":{"type":"string"}`, "path")},
		{Name: "write_file", Description: "Create a file, or replace all of it. Prefer edit_file for a file that exists.",
			Parameters: schema(`"path":{"type":"string","description":"Path of the file, relative to the root of the repository"},"content":{"type":"string"}`, "path")},
		{Name: "list_files", Description: "List a directory with the kind and size of each entry. Hidden files and ignored files are left out.",
			Parameters: schema(`"path":{"type":"string","description":"Path of the directory, relative to the root of the repository"},"depth":{"type":"integer","minimum":1,"maximum":5}`, "path")},
		{Name: "grep", Description: "Search the contents of all files with a regular expression. Returns matching lines with file and line number, at most 200.",
			Parameters: schema(`"pattern":{"type":"string","description":"Regular expression in RE2 syntax"},"path":{"type":"string"},"ignore_case":{"type":"boolean"}`, "pattern")},
		{Name: "run_tests", Description: "Run the tests of a package and return what failed with its output. Runs under the race detector when asked.",
			Parameters: schema(`"package":{"type":"string","description":"Package path, or ./... for all packages"},"name":{"type":"string","description":"Only tests that match this regular expression"},"race":{"type":"boolean"}`, "package")},
		{Name: "run_command", Description: "Run a shell command in the root of the repository and return its exit status and output. Commands that take longer than two minutes are stopped.",
			Parameters: schema(`"command":{"type":"string","description":"The command line"},"timeout_seconds":{"type":"integer","minimum":1,"maximum":120}`, "command")},
		{Name: "git_diff", Description: "Show what has changed in the working tree since a revision, as a unified diff.",
			Parameters: schema(`"revision":{"type":"string","description":"A commit, branch or tag"},"path":{"type":"string"}`, "revision")},
	}
}

func schema(properties, required string) json.RawMessage {
	return json.RawMessage(`{"type":"object","properties":{` + properties + `},"required":["` + required + `"]}`)
}

// calls are what the history's assistant has called: a tool, its required argument, and a value that
// needs no escaping.
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
