package workload

import (
	"fmt"
	"strings"
)

const (
	saltLen   = 12
	numberLen = 5
)

// modules are the things that recall questions ask about.
func modules() []string {
	return []string{"ledger", "router", "parser", "cursor", "packer", "tracer", "broker", "mirror"}
}

// The recall protocol. The repository context, and a summary that replaces it, hold for each module
//
//	The checksum of module ledger is 48213.
//
// and a recall turn's last message, a user's, ends with
//
//	What is the checksum of module ledger? Answer with the number only.
//
// The right answer contains the five digits, which differ from session to session. A simulated engine
// finds them by that sentence, so both are fixed to the byte.
func fact(module, number string) string {
	return "The checksum of module " + module + " is " + number + "."
}

func question(module string) string {
	return "What is the checksum of module " + module + "? Answer with the number only."
}

// private is the template of the few hundred bytes that no other session has: salt and checksums. All
// holes have a fixed width, so that every session has its pieces at the same places.
type private struct {
	template []byte
	salt     piece // "[session 0123456789ab]", the start of opening
	opening  piece // begins the first user message
	summary  piece // begins the message that replaces a compacted history
	facts    piece // stands deep inside both
	salts    []int // where the salt goes
	numbers  []int // where each module's number goes
}

// piece is a part of the template.
type piece struct{ from, to, words int }

func newPrivate() private {
	var p private
	hole := strings.Repeat("0", saltLen)
	p.salt = p.add("[session " + hole + "]\n\n")
	p.opening = p.add("Here is the repository that you work on. Read it, then do what stands at its end.\n")
	p.opening.from, p.opening.words = p.salt.from, p.opening.words+p.salt.words
	p.summary = p.add("[session " + hole + "]\n\n" +
		"This summary of the repository and of the work so far replaces the conversation.\n")
	p.salts = []int{p.salt.from + len("[session "), p.summary.from + len("[session ")}
	p.facts = p.add("\n")
	for _, m := range modules() {
		added := p.add(fact(m, strings.Repeat("0", numberLen)) + "\n")
		p.numbers = append(p.numbers, added.to-len(`.\n`)-numberLen)
		p.facts.to, p.facts.words = added.to, p.facts.words+added.words
	}
	return p
}

func (p *private) add(text string) piece {
	ph, from := escaped(text), len(p.template)
	p.template = append(p.template, ph.text...)
	return piece{from, len(p.template), ph.words}
}

// fill makes a session's own copy. The numbers are at most 89,999 above 10,000.
func (p *private) fill(salt string, numbers []int) []byte {
	own := append([]byte(nil), p.template...)
	for _, at := range p.salts {
		copy(own[at:], salt)
	}
	for i, at := range p.numbers {
		copy(own[at:], fmt.Sprintf("%05d", numbers[i]))
	}
	return own
}

func (p piece) of(own []byte) []byte { return own[p.from:p.to] }
