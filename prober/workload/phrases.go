package workload

import (
	"strings"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// phrases is the text of an agent's prompts that is not cut from the corpus.
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

// callWords is the size of a tool call: name, argument, value, and the braces and quotes of both.
const callWords = 16

func newPhrases(version string) *phrases {
	p := &phrases{
		tools: tools(), calls: calls(), intro: escaped(introText + plain(version) + "."), private: newPrivate(),
	}
	for _, t := range p.tools {
		// JSON has about four bytes a token.
		p.toolWords += (len(t.Name) + len(t.Description) + len(t.Parameters)) / 4
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

// plain drops from a version what JSON or a shell would have to escape.
func plain(version string) string {
	return strings.Map(func(r rune) rune {
		if r > '~' || r < '!' || strings.ContainsRune("\"\\<>&", r) {
			return -1
		}
		return r
	}, version)
}

const introText = "" +
	"You are a coding agent. You work in a repository by yourself: read the code, find out what is wrong or\n" +
	"missing, change it, run the tests, and go on until the task is done. Write code that a careful reader likes:\n" +
	"small functions, plain names, errors handled where they happen, and a test for everything that can break.\n" +
	"What follows are the conventions of the repository. Prompt of release "

// askLines are instructions, one a line. Each asks for a long answer, so that max_tokens ends the answer
// and the prober chooses its length.
const askLines = "" +
	"Write the code for the next step in full, with its tests, and continue with the step after it until " +
	"you are stopped.\n" +
	"Show the complete new version of the file, then of each file that has to change with it, and " +
	"continue until you are stopped.\n" +
	"Implement this now in ordinary Go code, with comments and table tests, and keep going file by file " +
	"until you are stopped.\n" +
	"Fix the cause in code, write out every function that changes, then the tests for each, and continue " +
	"until you are stopped.\n" +
	"Rewrite the function and all of its callers, print them completely, and go on to the rest of the " +
	"package until you are stopped.\n" +
	"Write the missing parts as complete files, longest first, leave nothing out, and continue until you " +
	"are stopped.\n"
