package workload

import (
	"bytes"
	"math/rand/v2"
	"strings"
)

const (
	corpusWords = 220_000 // about 1 MiB: the longest message is read around its end once
	indexStep   = 64      // words between two entries of the index
	proseRun    = 70      // words of prose between two pieces of code
	codeRun     = 26      // least words of a piece of code, which ends with its line: 70 % prose, 30 % code
)

// Corpus is the text from which all prompts of a process are cut. It is immutable and safe for
// concurrent use; make one.
//
// It is ASCII and escaped for the inside of a JSON string: each word brings the space before it, and
// a word that ends a line brings the two bytes \n after it. Prose is the commonest English words; code
// is lines whose atoms are common enough to be one token each. A line of code ends with a brace,
// because brace and line end together are one token where a bare line end would be one more.
//
//	ᐧover ᐧthe ᐧtime\n ᐧif ᐧerr ᐧ!= ᐧnil ᐧ{\n ᐧreturn ᐧerr ᐧ}\n ᐧpeople …
type Corpus struct {
	text  []byte   // corpusWords words, then the standing instruction
	index []uint32 // byte position of every indexStep-th word
	end   int      // where the words end and the instruction begins
	*phrases
}

// NewCorpus generates the text. The version stands in the shared prefix: another version of the
// program starts with a cold prefix, and the same version finds its own.
func NewCorpus(version string) *Corpus {
	c := &Corpus{phrases: newPhrases(version)}
	c.text = make([]byte, 0, 5*corpusWords)
	w := newWriter(c)
	for w.words < corpusWords {
		w.prose(proseRun)
		w.code(codeRun)
	}
	c.end = len(c.text)
	c.text = append(c.text, c.asks[0].text...)
	return c
}

// Words is n words from the offset-th on. It reads on at the start where it meets the end, hence two
// slices. The offset wraps, and n is at most the length of the corpus.
func (c *Corpus) Words(offset, n int) (first, rest []byte) {
	offset, n = offset%corpusWords, min(n, corpusWords)
	if offset+n <= corpusWords {
		return c.text[c.at(offset):c.at(offset+n)], nil
	}
	return c.text[c.at(offset):c.end], c.text[:c.at(offset+n-corpusWords)]
}

// straight is n words in one slice, from an offset that is moved to where they fit.
func (c *Corpus) straight(offset, n int) []byte {
	offset %= corpusWords - n + 1
	return c.text[c.at(offset):c.at(offset+n)]
}

// tail is the last n words and the standing instruction, in one slice.
func (c *Corpus) tail(n int) []byte { return c.text[c.at(corpusWords-n):] }

// at is the byte position of a word: that of the nearest indexed one, and then fewer than
// indexStep spaces further.
func (c *Corpus) at(word int) int {
	if word == corpusWords {
		return c.end
	}
	pos := int(c.index[word/indexStep])
	for range word % indexStep {
		pos += 1 + bytes.IndexByte(c.text[pos+1:], ' ')
	}
	return pos
}

// writer appends words to a corpus until it is full.
type writer struct {
	c      *Corpus
	rng    *rand.Rand
	words  int
	common []string
	names  []string
	lines  [][]string // of code, by word
}

func newWriter(c *Corpus) *writer {
	w := &writer{
		c:      c,
		rng:    rand.New(rand.NewPCG(0x66697273, 0x746f6b656e)),
		common: strings.Fields(commonWords),
		names:  strings.Fields(codeNames),
	}
	for line := range strings.SplitSeq(strings.TrimSpace(codeLines), "\n") {
		w.lines = append(w.lines, strings.Fields(line))
	}
	return w
}

func (w *writer) word(s string) {
	if w.words == corpusWords {
		return
	}
	if w.words%indexStep == 0 {
		w.c.index = append(w.c.index, uint32(len(w.c.text)))
	}
	w.c.text = append(append(w.c.text, ' '), s...)
	w.words++
}

func (w *writer) prose(n int) {
	for range n - 1 {
		w.word(w.pick(w.common))
	}
	w.word(w.pick(w.common) + `\n`)
}

func (w *writer) code(n int) {
	for end := w.words + n; w.words < end && w.words < corpusWords; {
		for _, atom := range w.lines[w.rng.IntN(len(w.lines))] {
			if atom == "X" {
				atom = w.pick(w.names)
			}
			w.word(atom)
		}
		if w.words < corpusWords {
			w.c.text = append(w.c.text, `\n`...)
		}
	}
}

func (w *writer) pick(from []string) string { return from[w.rng.IntN(len(from))] }
