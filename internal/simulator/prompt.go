package simulator

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// Prompt is a prompt as an engine sees it: how many tokens, and a hash for each full block of them.
// A block's hash covers every byte before its end, so that two prompts share exactly the blocks of
// the bytes with which both begin:
//
//	h0 = H(0, bytes of block 0)   h1 = H(h0, bytes of block 1)   …
//
// It is fed in order and in pieces of any size:
//
//	p := NewPrompt(profile)
//	p.Message("user"); p.Text(part1); p.Text(part2)
//	p.Done()
//
// Text may be escaped for JSON or not: the two bytes \n count as white space, like a newline. The cache
// compares the bytes as they are given.
type Prompt struct {
	tokenizer Tokenizer
	block     float64 // tokens
	fill      float64 // tokens in the open block when room was last computed
	room      int     // words for which the open block has room
	taken     int     // words added since then

	digest  xxhash.Digest
	hashes  []uint64
	words   int
	msgs    int
	inWord  bool
	escaped bool // the last byte was a backslash that may begin \n

	pieces [][]byte
	last   int // index in pieces of the last message's first
	recall string
}

// NewPrompt begins a prompt for an engine of that profile.
func NewPrompt(p Profile) *Prompt {
	n := &Prompt{tokenizer: p.Tokenizer, block: float64(p.Cache.BlockTokens)}
	n.openBlock(0)
	return n
}

// Message begins a message.
func (p *Prompt) Message(role string) {
	p.inWord, p.escaped = false, false
	p.fill += float64(p.taken)*p.tokenizer.TokensPerWord + float64(p.tokenizer.TokensPerMessage)
	if p.fill >= p.block {
		p.closeBlock()
	}
	p.measureRoom()
	p.msgs++
	p.last = len(p.pieces)
	var mark [32]byte // a role is a short word; the zeros keep it apart from text
	_, _ = p.digest.Write(append(append(append(mark[:0], 0), role...), 0))
}

// Text continues the message. The bytes must not change before Done.
func (p *Prompt) Text(b []byte) {
	p.pieces = append(p.pieces, b)
	from := 0
	for i := 0; i < len(b); {
		i += p.stride(b[i:])
		for end := min(i+8, len(b)); i < end; i++ {
			if p.startsWord(b[i]) {
				if p.room == 0 {
					_, _ = p.digest.Write(b[from:i])
					from = i
					p.closeBlock()
					p.measureRoom()
				}
				p.take(1)
			}
		}
	}
	_, _ = p.digest.Write(b[from:])
}

// stride takes as many whole groups of eight bytes as it can judge at once, and returns the number of bytes.
// It leaves to startsWord a group in which a block ends, or in which a backslash needs more than one look.
// Bit 7 of each byte of a mask says whether the byte belongs.
func (p *Prompt) stride(b []byte) (n int) {
	if p.escaped {
		return 0
	}
	before := uint64(0) // whether the byte before is of a word
	if p.inWord {
		before = 0x80
	}
	for ; n+8 <= len(b); n += 8 {
		x := binary.LittleEndian.Uint64(b[n:])
		word := ((x & lows) + 0x5f*ones | x) & highs // above 0x20
		if slash := equal(x, '\\'); slash != 0 {
			if slash&(slash<<8) != 0 || slash>>63 != 0 {
				break
			}
			white := slash & ((equal(x, 'n') | equal(x, 't') | equal(x, 'r')) >> 8)
			word &^= white | white<<8
		}
		starts := bits.OnesCount64(word &^ (word<<8 | before))
		if starts > p.room {
			break
		}
		p.take(starts)
		before = word >> 56
	}
	p.inWord = before != 0
	return n
}

const (
	ones  = 0x0101010101010101
	lows  = 0x7f * ones
	highs = 0x80 * ones
)

// equal is the mask of the bytes of x that are c.
func equal(x uint64, c byte) uint64 {
	x ^= uint64(c) * ones
	return ^((x & lows) + lows | x) & highs
}

// startsWord reports whether a word begins at c, or with the backslash before it. A backslash decides nothing
// until the byte after it: n, t or r make the two white space.
func (p *Prompt) startsWord(c byte) bool {
	switch {
	case p.escaped:
		p.escaped = false
		if c == 'n' || c == 't' || c == 'r' {
			p.inWord = false
			return false
		}
		begins := !p.inWord
		p.inWord = c > ' '
		return begins
	case c == '\\':
		p.escaped = true
		return false
	}
	begins := c > ' ' && !p.inWord
	p.inWord = c > ' '
	return begins
}

func (p *Prompt) take(words int) {
	p.room -= words
	p.taken += words
	p.words += words
}

// closeBlock ends the open block and begins the next, whose hash continues from this one's.
func (p *Prompt) closeBlock() {
	sum := p.digest.Sum64()
	p.hashes = append(p.hashes, sum)
	p.openBlock(sum)
}

func (p *Prompt) openBlock(chain uint64) {
	p.digest.ResetWithSeed(chain)
	p.fill = 0
	p.measureRoom()
}

// measureRoom computes for how many words the open block has room.
func (p *Prompt) measureRoom() {
	p.taken = 0
	p.room = int(math.Ceil((p.block - p.fill) / p.tokenizer.TokensPerWord))
}

// Done ends the prompt. It finds the answer if the last message asks for one, and drops the text.
func (p *Prompt) Done() *Prompt {
	p.recall = recall(p.pieces, p.last)
	p.pieces = nil
	return p
}

// Tokens is the length of the prompt.
func (p *Prompt) Tokens() int {
	return max(1, int(math.Round(float64(p.words)*p.tokenizer.TokensPerWord))+p.msgs*p.tokenizer.TokensPerMessage)
}

// Recall is the number that the last message asks for, if it asks and the prompt contains it.
func (p *Prompt) Recall() (digits string, ok bool) { return p.recall, p.recall != "" }
