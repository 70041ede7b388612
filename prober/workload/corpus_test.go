package workload

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

func TestCorpusIsEscapedASCIIOfTheSizeThatItSays(t *testing.T) {
	c := sharedCorpus()
	var text string
	if err := json.Unmarshal([]byte(`"`+string(c.text)+`"`), &text); err != nil {
		t.Fatalf("not the inside of a JSON string: %v", err)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		t.Error("there is text outside ASCII")
	}
	if got := len(strings.Fields(string(c.text[:c.end]))); got != corpusWords {
		t.Errorf("%d words, want %d", got, corpusWords)
	}
	if n := len(c.text); n < 900_000 || n > 1_150_000 {
		t.Errorf("%d bytes, want about 1 MiB", n)
	}
	if strings.Contains(text, "checksum") || strings.Contains(text, "module") {
		t.Error("the text has words of the recall protocol")
	}
}

func TestCorpusIsAThirdCode(t *testing.T) {
	words, code := 0, 0
	for line := range strings.SplitSeq(string(sharedCorpus().text[:sharedCorpus().end]), `\n`) {
		atoms := strings.Fields(line)
		words += len(atoms)
		if len(atoms) > 0 && (atoms[len(atoms)-1] == "{" || atoms[len(atoms)-1] == "}") {
			code += len(atoms)
		}
	}
	if share := float64(code) / float64(words); share < 0.28 || share > 0.32 {
		t.Errorf("code is %.3f of all words, want 0.30", share)
	}
}

func TestWordsAreCutWhereTheyBegin(t *testing.T) {
	c := sharedCorpus()
	all := strings.SplitAfter(string(c.text[:c.end]), " ") // "", then each word with the space of the next
	want := func(offset, n int) string {
		s := " " + strings.Join(all[1+offset:min(1+offset+n, 1+corpusWords)], "")
		if offset+n < corpusWords {
			s = strings.TrimSuffix(s, " ")
		}
		return s
	}
	for _, at := range []struct{ offset, n int }{
		{0, 1},                 // the very first
		{63, 1},                // the last before an entry of the index
		{64, 1},                // an entry of the index
		{65, 200},              // over several entries
		{12_345, 16_384},       // the longest tool result
		{corpusWords - 1, 1},   // the very last
		{0, corpusWords},       // all
		{corpusWords - 10, 10}, // to the end exactly
	} {
		first, rest := c.Words(at.offset, at.n)
		if string(first) != want(at.offset, at.n) || len(rest) != 0 {
			t.Errorf("Words(%d, %d) has %d + %d bytes, want %d", at.offset, at.n, len(first), len(rest),
				len(want(at.offset, at.n)))
		}
	}
	first, rest := c.Words(corpusWords-3, 10)
	if string(first) != want(corpusWords-3, 3) || string(rest) != want(0, 7) {
		t.Errorf("around the end: %q and %q, want %q and %q", first, rest, want(corpusWords-3, 3), want(0, 7))
	}
	if s := string(c.straight(corpusWords-1, 5)); len(strings.Fields(s)) != 5 {
		t.Errorf("straight near the end gave %q, want 5 words", s)
	}
	if s := string(c.tail(5)); len(strings.Fields(strings.ReplaceAll(s, `\n`,
		" "))) != 5+c.asks[0].words || !strings.HasSuffix(s, "until you are stopped.") {
		t.Errorf("tail gave %q, want 5 words and the instruction", s)
	}
}

func BenchmarkWords(b *testing.B) {
	c := sharedCorpus()
	b.ReportAllocs()
	n := 0
	for i := 0; b.Loop(); i++ {
		first, rest := c.Words(i*977, 400)
		n += len(first) + len(rest)
	}
	_ = n
}

func BenchmarkNewCorpus(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		NewCorpus("1.2.3")
	}
}
