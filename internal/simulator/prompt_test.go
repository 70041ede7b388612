package simulator

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func small() Profile {
	p := fast()
	p.Cache.BlockTokens = 4
	p.Tokenizer = Tokenizer{TokensPerWord: 1, TokensPerMessage: 1}
	return p
}

// prompted is a prompt of one message in the given pieces.
func prompted(p Profile, pieces ...string) *Prompt {
	n := NewPrompt(p)
	n.Message("user")
	for _, s := range pieces {
		n.Text([]byte(s))
	}
	return n.Done()
}

func TestPromptCounts(t *testing.T) {
	for _, c := range []struct {
		text   string
		tokens int // with 1 for the message
		why    string
	}{
		{"", 1, "a message costs a token by itself"},
		{"one", 2, ""},
		{"one two  three", 4, "white space of any length divides"},
		{"one\ntwo\tthree\rfour", 5, "of any kind"},
		{`one\ntwo\tthree`, 4, "escaped too"},
		{`one \n two`, 3, "an escape is no word"},
		{`a\\n b`, 3, "an escaped backslash is not the start of an escape"},
		{`\"quoted\" text`, 3, "other escapes are part of a word"},
		{"  leading and trailing  ", 4, ""},
		{"über straße", 3, "bytes above 127 are no white space"},
	} {
		if got := prompted(small(), c.text).Tokens(); got != c.tokens {
			t.Errorf("%q: %d tokens, want %d; %s", c.text, got, c.tokens, c.why)
		}
	}
	p := small()
	p.Tokenizer.TokensPerWord = 1.3
	if got := prompted(p, strings.Repeat("word ", 1000)).Tokens(); got != 1301 {
		t.Errorf("1000 words of 1.3 tokens: %d tokens, want 1301 with the message's", got)
	}
}

// TestPromptPieces checks that neither the cuts of the text nor the path of eight bytes at a time change the
// result, compared with one byte at a time.
func TestPromptPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := []byte("ab  \n\\\\ntr\"é.")
	for round := range 2000 {
		text := make([]byte, random.IntN(300))
		for i := range text {
			text[i] = letters[random.IntN(len(letters))]
		}
		p := small()
		if round%2 == 1 {
			p.Tokenizer.TokensPerWord = 1.7
		}
		whole := prompted(p, string(text))
		bytewise := prompted(p, strings.Split(string(text), "")...)
		if !same(whole, bytewise) {
			t.Fatalf("%q: whole and by characters differ: %d and %d tokens", text, whole.Tokens(), bytewise.Tokens())
		}
		cut := random.IntN(len(text) + 1)
		if !same(whole, prompted(p, string(text[:cut]), string(text[cut:]))) {
			t.Fatalf("%q: a cut at %d changes it", text, cut)
		}
	}
}

func same(a, b *Prompt) bool { return a.Tokens() == b.Tokens() && slices.Equal(a.hashes, b.hashes) }

func TestPromptBlocksAreThePrefix(t *testing.T) {
	text := strings.Repeat("alpha beta gamma delta ", 10)
	long, short := prompted(small(), text), prompted(small(), text[:len(text)/2])
	if len(long.hashes) != 10 || len(short.hashes) != 5 {
		t.Fatalf("%d and %d blocks of 4 tokens, want 10 and 5: 41 and 21 tokens", len(long.hashes), len(short.hashes))
	}
	if !slices.Equal(long.hashes[:5], short.hashes) {
		t.Error("the blocks of a prefix are not a prefix of the blocks")
	}
	other := prompted(small(), strings.Replace(text, "beta", "bela", 1))
	for i := range other.hashes {
		if other.hashes[i] == long.hashes[i] {
			t.Errorf("block %d is the same after another first block", i)
		}
	}
	system := NewPrompt(small())
	system.Message("system")
	system.Text([]byte(text))
	if system.Done().hashes[0] == long.hashes[0] {
		t.Error("the role does not count")
	}
}

func TestRecall(t *testing.T) {
	const facts = `text The checksum of module ledger is 48213. The checksum of module router is 99001.\nmore`
	for _, c := range []struct {
		last, want, why string
	}{
		{"What is the checksum of module router? Answer with the number only.", "99001", "the right module's"},
		{
			`Go on.\nWhat is the checksum of module ledger? Answer with the number only.`, "48213",
			"at the end of a longer message",
		},
		{"What is the checksum of module nobody? Answer with the number only.", "", "not in the text"},
		{"Write the code.", "", "not asked"},
	} {
		p := NewPrompt(small())
		p.Message("user")
		p.Text([]byte(facts[:31])) // in the middle of the first sentence
		p.Text([]byte(facts[31:]))
		p.Message("user")
		p.Text([]byte(c.last[:len(c.last)/2]))
		p.Text([]byte(c.last[len(c.last)/2:]))
		if got, ok := p.Done().Recall(); got != c.want || ok != (c.want != "") {
			t.Errorf("%q: %q, want %q: %s", c.last, got, c.want, c.why)
		}
	}
	if got := misremembered("48213"); got != "93768" {
		t.Errorf("misremembered 48213 is %s, want 93768: every digit another", got)
	}
}

func TestQuestionInHistoryIsNotAsked(t *testing.T) {
	flat := prompted(small(), "The checksum of module a is 1. The checksum of module b is 2.",
		asking+"a? Answer with the number only.", times("text", 100), asking+"b? Answer with the number only.")
	if got, _ := flat.Recall(); got != "2" {
		t.Errorf("answered %q where all is one message and two questions stand in it, want the last one's 2", got)
	}
	p := NewPrompt(small())
	p.Message("user")
	p.Text([]byte("The checksum of module a is 1. What is the checksum of module a? Answer with the number only."))
	p.Message("user")
	p.Text([]byte("Write the code."))
	if got, ok := p.Done().Recall(); ok {
		t.Errorf("answered %q to a question of an earlier message", got)
	}
}

func BenchmarkPrompt(b *testing.B) {
	text := bytes.Repeat([]byte(`the file and then we read nil , err }\n`), 13_000) // 507 kB
	p := together()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		n := NewPrompt(p)
		n.Message("user")
		n.Text(text)
		n.Done()
	}
}
