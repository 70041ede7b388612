package workload

import (
	"strings"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// phrases is all text that is not cut from the corpus: what makes a prompt an agent's.
type phrases struct {
	tools     []chat.Tool
	toolWords int
	calls     []call
	intro     phrase   // begins the system message
	asks      []phrase // end a message that wants code
	questions []phrase // end a message that wants a checksum, one for each module
	private   private
}

// phrase is escaped text and its length in words.
type phrase struct {
	text  []byte
	words int
}

// callWords is what a tool call weighs: name, argument, value, and the braces and quotes of both.
const callWords = 16

func newPhrases(version string) *phrases {
	p := &phrases{tools: tools(), calls: calls(), intro: escaped(introText + plain(version) + "."), private: newPrivate()}
	for _, t := range p.tools {
		p.toolWords += (len(t.Name) + len(t.Description) + len(t.Parameters)) / 4 // JSON has about four bytes a token
	}
	for line := range strings.Lines(askLines) {
		p.asks = append(p.asks, escaped("\n\n"+strings.TrimSpace(line)))
	}
	for _, m := range modules() {
		p.questions = append(p.questions, escaped("\n\n"+question(m)))
	}
	return p
}

// escaped makes a phrase of text without quotes or backslashes.
func escaped(text string) phrase {
	return phrase{[]byte(strings.ReplaceAll(text, "\n", `\n`)), len(strings.Fields(text))}
}

// plain drops what would have to be escaped in JSON or shell from a version.
func plain(version string) string {
	return strings.Map(func(r rune) rune {
		if r > '~' || r < '!' || strings.ContainsRune("\"\\<>&", r) {
			return -1
		}
		return r
	}, version)
}

const introText = `You are a coding agent. You work in a repository by yourself: read the code, find out what is wrong or
missing, change it, run the tests, and go on until the task is done. Write code that a careful reader likes:
small functions, plain names, errors handled where they happen, and a test for everything that can break.
What follows are the conventions of the repository. Prompt of release `

// askLines want a long answer, so that it is max_tokens that ends it and the length of an answer is ours to choose.
const askLines = `Write the code for the next step in full, with its tests, and continue with the step after it until you are stopped.
Show the complete new version of the file, then of each file that has to change with it, and continue until you are stopped.
Implement this now in ordinary Go code, with comments and table tests, and keep going file by file until you are stopped.
Fix the cause in code, write out every function that changes, then the tests for each, and continue until you are stopped.
Rewrite the function and all of its callers, print them completely, and go on to the rest of the package until you are stopped.
Write the missing parts as complete files, longest first, leave nothing out, and continue until you are stopped.
`
